namespace BlueGreen.Simulation.Cluster;

/// <summary>marathon-lb's rule for two apps of one group, its roles by scaling time included.</summary>
/// <remarks>Source: mesosphere/marathon-lb, <c>marathon_lb.py</c>, <c>get_apps</c>.</remarks>
internal static class MarathonLbRule
{
    /// <summary>The tasks that it takes out of the pool; null where it fails for want of a target.</summary>
    public static HashSet<Instance>? Drained(SimulatedApp first, SimulatedApp second)
    {
        var (old, @new) = string.CompareOrdinal(first.StartedAt, second.StartedAt) < 0 ? (first, second) : (second, first);
        var target = 1;
        if (@new.IsDeployed)
        {
            if (old.LastScalingAt > @new.LastScalingAt) (old, @new) = (@new, old);
            if (@new.Target is not { } own) return null;
            target = own;
        }

        // Whether there are health checks is asked of the app that was read last, whichever that is.
        var healthy = second.HasHealthChecks ? @new.Tasks.Count(t => t.Alive == true) : @new.Instances;
        var count = Math.Min(old.Tasks.Count, Math.Min(healthy, Math.Max(0, healthy + old.Instances - target)));
        return [.. old.Tasks.OrderBy(t => t.Id, StringComparer.Ordinal).Take(count)];
    }
}
