using BlueGreen.Engine.Marathon;

namespace BlueGreen.Engine.Deployment.Deciding;

/// <summary>Both colours are kept on purpose: so many of the new one, and the rest of the old one.</summary>
internal static class HybridDecider
{
    public static Decision Decide(Situation situation, MarathonApp staying, MarathonApp leaving)
    {
        var goal = situation.Goal;
        if (staying.Instances >= goal.Staying && leaving.Instances <= goal.Leaving)
        {
            return new Decision.Done($"{staying.Id} serves with {staying.Instances} instances and {leaving.Id} with {leaving.Instances}");
        }

        // Tasks of the staying colour that are out of the pool would come back down, were the roles just turned.
        if (situation.Rule!.Newer == leaving && !situation.Rule.Out.IsEmpty) return RoleTurner.Decide(situation, staying, leaving);

        // Killing what has left the pool scales the old colour. The new one is scaled right behind, so that marathon-lb takes it for the
        // newer one again.
        var surplus = leaving.Instances - goal.Leaving;
        var @out = situation.Rule!.Newer == staying ? situation.Rule.Out : [];
        Decision next = staying.Instances < goal.Staying
            ? Decider.Grow(situation, staying, leaving)
            : new Decision.Touch(staying.Id, staying.Instances, $"{leaving.Id} was scaled last, and is not to be taken for the newer one");
        if (!@out.IsEmpty && surplus > 0) return Decider.KillDrained(situation, leaving, [.. @out.Take(surplus)], $"{staying.Id} serves in their place", next);
        return situation.Rule.Newer == leaving || staying.Instances < goal.Staying
            ? next
            : new Decision.Wait(WaitKind.Convergence, $"marathon-lb takes no task of {leaving.Id} out of its pools, although {surplus} too many are there");
    }
}
