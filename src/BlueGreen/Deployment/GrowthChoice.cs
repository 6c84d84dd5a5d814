using BlueGreen.Engine;
using BlueGreen.Engine.Deployment;

namespace BlueGreen.Deployment;

/// <summary>The parameters that say how the new colour grows, of which there may be one.</summary>
internal static class GrowthChoice
{
    /// <exception cref="BlueGreenException"><c>ContradictingGrowth</c>, <c>InvalidStep</c>.</exception>
    public static Growth Of(IReadOnlyList<string> step, int? linearIncrease, bool allAtOnce = false, bool initialInstances = false)
    {
        var given = new (string Name, bool IsGiven)[]
        {
            ("-Step", step.Count > 0), ("-LinearIncrease", linearIncrease is not null), ("-AllAtOnce", allAtOnce),
            // With steps named, the first one says how many it starts with.
            ("-InitialInstances", initialInstances && step.Count > 0),
        }.Where(way => way.IsGiven).Select(way => way.Name).ToList();
        if (given.Count > 1)
        {
            throw new BlueGreenException(
                ErrorKind.InvalidArgument, "ContradictingGrowth", $"{string.Join(" and ", given)} contradict each other.", "Give one of them.");
        }

        return step.Count > 0 ? new Growth.Steps(StepSize.Parse(step))
            : allAtOnce ? new Growth.AllAtOnce()
            : linearIncrease is { } increase ? new Growth.Linear(increase)
            : new Growth.ByHalf();
    }
}
