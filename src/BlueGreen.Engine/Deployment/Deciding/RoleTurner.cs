using BlueGreen.Engine.Deployment.Judging;
using BlueGreen.Engine.Marathon;

namespace BlueGreen.Engine.Deployment.Deciding;

/// <summary>
/// marathon-lb takes the leaving colour for the newer one, and drains the one that stays. The roles are turned so that at no moment
/// fewer tasks than wanted serve: the returning servers of drained tasks stay down until a check has passed (without a check: for
/// good), so drained tasks are not brought back; fresh ones take their place first, and the drained ones are killed. Where HAProxy's
/// sockets can be reached, <see cref="Recaller"/> brings them back instead.
/// </summary>
internal static class RoleTurner
{
    public static Decision Decide(Situation situation, MarathonApp staying, MarathonApp leaving)
    {
        var drained = situation.Rule!.Out.Length;
        if (drained == 0) return Turn(situation, staying, leaving);

        if (string.CompareOrdinal(staying.StartedAt, leaving.StartedAt) > 0) return TurnForward(situation, staying, leaving);

        var wanted = situation.Wanted;
        return staying.Tasks.Length - drained < wanted
            ? new Decision.GrowBeside(
                new Resize(staying.Id, staying.Instances, situation.Rule.InstancesToKeep(wanted)), leaving.Id, leaving.Instances,
                $"{drained} of {staying.Instances} tasks of {staying.Id} are out of the pool; fresh ones are to serve before {leaving.Id} leaves")
            : Decider.KillDrained(situation, staying, situation.Rule.Out, $"fresh tasks serve in their place, and {leaving.Id} can leave now");
    }

    /// <summary>
    /// The staying colour was deployed later. Scaled by one act, the two would count by the time of their deployment, and the roles would turn at
    /// once in any case. So the leaving one is made large enough first for as many as are wanted to stay in the pool then, until those of the
    /// staying one that come back have passed their checks.
    /// </summary>
    private static Decision TurnForward(Situation situation, MarathonApp staying, MarathonApp leaving)
    {
        var (healthy, needed) = (Situation.HealthyTasks(leaving), LeavingToTurn(situation, staying));
        if (healthy >= needed) return Turn(situation, staying, leaving);
        return leaving.Instances < needed
            ? new Decision.Scale(
                new Resize(leaving.Id, leaving.Instances, needed),
                $"{situation.Rule!.Out.Length} of {staying.Instances} tasks of {staying.Id} are out of the pool; while they come back, enough of {leaving.Id} are to serve")
            : new Decision.Wait(WaitKind.Health, $"{healthy} of {needed} tasks of {leaving.Id} are healthy, which are to serve while those of {staying.Id} come back");
    }

    /// <summary>The least number of the leaving colour with which enough of it stays in the pool when the roles turn.</summary>
    private static int LeavingToTurn(Situation situation, MarathonApp staying)
    {
        var (healthy, target, wanted) = (Situation.HealthyTasks(staying), staying.TargetInstances, situation.Goal.Staying + situation.Goal.Leaving);
        var leaving = wanted;
        while (leaving - Math.Min(healthy, Math.Max(0, healthy + leaving - target)) < wanted) leaving++;
        return leaving;
    }

    /// <summary>Has marathon-lb take the staying colour for the newer one.</summary>
    public static Decision Turn(Situation situation, MarathonApp staying, MarathonApp leaving) => staying.Instances < situation.Wanted
        // Scaling it is what turns the roles.
        ? Decider.Grow(situation, staying, leaving)
        : Touch(staying, leaving);

    /// <summary>What turns the roles where the number is to stay.</summary>
    public static Decision.Touch Touch(MarathonApp staying, MarathonApp leaving) =>
        new(staying.Id, staying.Instances, $"marathon-lb takes {leaving.Id} for the newer one, since it was scaled later");
}
