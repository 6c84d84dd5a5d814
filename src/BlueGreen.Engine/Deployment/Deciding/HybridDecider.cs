using BlueGreen.Engine.Marathon;

namespace BlueGreen.Engine.Deployment.Deciding;

/// <summary>Both colours are kept on purpose: so many of the new one, and the rest of the old one.</summary>
internal static class HybridDecider
{
    public static Decision Decide(Situation situation, MarathonApp staying, MarathonApp leaving)
    {
        var goal = situation.Goal;
        if (staying.Instances == goal.Staying && leaving.Instances == goal.Leaving)
        {
            return new Decision.Done($"{staying.Id} serves with {staying.Instances} instances and {leaving.Id} with {leaving.Instances}");
        }

        // Killing what has left the pool scales the old colour. The new one is scaled right behind, so that marathon-lb takes it for the
        // newer one again.
        var surplus = leaving.Instances - goal.Leaving;
        var @out = situation.Rule!.Newer == staying ? situation.Rule.Out : [];
        Decision next = staying.Instances < goal.Staying
            ? Decider.Grow(situation, staying, leaving)
            : new Decision.Touch(staying.Id, staying.Instances, $"{leaving.Id} was scaled last, and is not to be taken for the newer one");
        return @out.Length > 0 && surplus > 0
            ? Decider.KillDrained(situation, leaving, [.. @out.Take(surplus)], $"{staying.Id} serves in their place", next)
            : next;
    }
}
