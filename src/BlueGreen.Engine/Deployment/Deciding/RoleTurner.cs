using BlueGreen.Engine.Deployment.Judging;
using BlueGreen.Engine.Marathon;

namespace BlueGreen.Engine.Deployment.Deciding;

/// <summary>
/// marathon-lb takes the leaving colour for the newer one, and drains the one that stays. The roles are turned so that at no moment
/// fewer tasks than wanted serve: the returning servers of drained tasks stay down until a check has passed (without a check: for
/// good), so drained tasks are never brought back; fresh ones take their place first, and the drained ones are killed.
/// </summary>
internal static class RoleTurner
{
    public static Decision Decide(Situation situation, MarathonApp staying, MarathonApp leaving)
    {
        var drained = situation.Rule!.Out.Length;
        if (drained == 0)
        {
            return staying.Instances < situation.Goal.Staying
                // Scaling it is what turns the roles.
                ? Decider.Grow(situation, staying, leaving)
                : new Decision.Touch(staying.Id, staying.Instances, $"marathon-lb takes {leaving.Id} for the newer one, since it was scaled later");
        }

        var wanted = situation.Goal.Staying;
        return staying.Tasks.Length - drained < wanted
            ? new Decision.GrowBeside(
                new Resize(staying.Id, staying.Instances, situation.Rule.InstancesToKeep(wanted)), leaving.Id, leaving.Instances,
                $"{drained} of {staying.Instances} tasks of {staying.Id} are out of the pool; fresh ones are to serve before {leaving.Id} leaves")
            : Decider.KillDrained(situation, staying, situation.Rule.Out, $"fresh tasks serve in their place, and {leaving.Id} can leave now");
    }
}
