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
        if (drained == 0) return Turn(situation, staying, leaving);

        if (string.CompareOrdinal(staying.StartedAt, leaving.StartedAt) > 0)
        {
            // Scaled by one act, the two would count by the time of their deployment, so that the roles turn at once in any case. That is
            // safe where enough of the leaving colour would stay in the pool.
            var healthy = Situation.HealthyTasks(staying);
            var leave = Math.Min(healthy, Math.Max(0, healthy + leaving.Instances - staying.TargetInstances));
            if (Situation.HealthyTasks(leaving) - leave >= situation.Goal.Staying + situation.Goal.Leaving) return Turn(situation, staying, leaving);
            if (Situation.HealthyTasks(leaving) < leaving.Instances)
            {
                return new Decision.Wait(WaitKind.Convergence, $"{Situation.HealthyTasks(leaving)} of {leaving.Instances} tasks of {leaving.Id}, which was scaled last, are healthy");
            }

            return new Decision.Hold(
                "NoWayForward",
                $"{leaving.Id} was scaled last and {drained} of {staying.Instances} tasks of {staying.Id} are out of the pool, as after an undo that was left half-way: "
                + "marathon-lb cannot be made to bring them back without a moment in which too few tasks serve",
                "Everything is served. Finish the way back with Undo-BlueGreenDeployment, then deploy again.");
        }

        var wanted = situation.Wanted;
        return staying.Tasks.Length - drained < wanted
            ? new Decision.GrowBeside(
                new Resize(staying.Id, staying.Instances, situation.Rule.InstancesToKeep(wanted)), leaving.Id, leaving.Instances,
                $"{drained} of {staying.Instances} tasks of {staying.Id} are out of the pool; fresh ones are to serve before {leaving.Id} leaves")
            : Decider.KillDrained(situation, staying, situation.Rule.Out, $"fresh tasks serve in their place, and {leaving.Id} can leave now");
    }

    private static Decision Turn(Situation situation, MarathonApp staying, MarathonApp leaving) => staying.Instances < situation.Wanted
        // Scaling it is what turns the roles.
        ? Decider.Grow(situation, staying, leaving)
        : new Decision.Touch(staying.Id, staying.Instances, $"marathon-lb takes {leaving.Id} for the newer one, since it was scaled later");
}
