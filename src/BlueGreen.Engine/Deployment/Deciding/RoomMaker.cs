using BlueGreen.Engine.Deployment.Judging;
using BlueGreen.Engine.Marathon;

namespace BlueGreen.Engine.Deployment.Deciding;

/// <summary>
/// The cluster has no room for both colours in full. Then the tasks of the leaving colour that are out of every pool, and have nothing
/// pending, go before the others and make room for those that wait to be started.
/// </summary>
/// <remarks>
/// Killing them scales their colour, and where a load balancer reads Marathon before the other one is scaled right behind, it takes tasks
/// out that it should not, for a moment. So it is done only when there is no other way, and for all of them at once.
/// </remarks>
internal static class RoomMaker
{
    /// <summary>The act that makes room; null when there is no need, or nothing can go yet.</summary>
    public static Decision? Decide(Situation situation, MarathonApp staying)
    {
        // After crashes Marathon holds launches back for a time: room would not help.
        if (situation.Leaving is not { } leaving || situation.Rule?.Newer != staying || situation.Seen.Queued(staying) is not { Delay.Ticks: 0 } queued) return null;
        // marathon-lb could not read the group between the two calls, were the one lost that makes it readable again.
        if (!PoolRule.CanBeNewer(leaving)) return null;
        if (!(situation.LowestServing() >= situation.Goal.Staying + situation.Goal.Leaving)) return null;
        var surplus = leaving.Instances - situation.Goal.Leaving;
        ImmutableArray<MarathonTask> @out = [.. situation.TasksOut(leaving).Take(surplus)];
        if (@out.IsEmpty) return null;
        // Killing is a scaling, which would turn the roles; and a deployment that waits for room holds the app.
        var touch = new Decision.Touch(staying.Id, staying.Instances, $"{leaving.Id} was scaled last, and is not to be taken for the newer one", TakesOver: true);
        return Decider.KillDrained(situation, leaving, @out, $"Marathon finds no room for {queued.Count} more tasks of {staying.Id}, and {staying.Id} serves in their place", touch);
    }
}
