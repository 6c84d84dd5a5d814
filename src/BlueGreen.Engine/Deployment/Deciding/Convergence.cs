using BlueGreen.Engine.Deployment.Judging;
using BlueGreen.Engine.Haproxy;
using BlueGreen.Engine.Marathon;

namespace BlueGreen.Engine.Deployment.Deciding;

/// <summary>Whether every load balancer shows what Marathon says. An instance can go stale without a word.</summary>
internal static class Convergence
{
    /// <summary>What is still missing, in words that name the instance; null when all show it.</summary>
    public static string? Missing(Situation situation)
    {
        if (situation.Seen.LoadBalancers.IsEmpty) return "no load balancer is known";
        return situation.Seen.LoadBalancers.Select(reading => Missing(situation, reading)).FirstOrDefault(missing => missing is not null);
    }

    /// <summary>How many tasks of the old app marathon-lb takes out of the pool, both apps healthy as they are.</summary>
    /// <remarks>Source: mesosphere/marathon-lb, <c>marathon_lb.py</c>, <c>get_apps</c>.</remarks>
    public static int ExpectedOut(MarathonApp old, MarathonApp @new, int target)
    {
        var healthy = Situation.HealthyTasks(@new);
        return Math.Min(old.Tasks.Length, Math.Min(healthy, Math.Max(0, healthy + old.Instances - target)));
    }

    private static string? Missing(Situation situation, LoadBalancerReading reading)
    {
        var name = reading.Instance.Name;
        if (reading.Quality != ReadingQuality.Consistent) return $"load balancer {name}: {reading.Problem ?? "cannot be read"}";
        if (situation.New is not { } @new) return null;

        var fresh = situation.TasksOn(@new, reading.Instance);
        var up = fresh.Count(t => t.State == PoolState.Serving);
        if (up < Situation.HealthyTasks(@new))
        {
            return $"load balancer {name} serves {up} of {Situation.HealthyTasks(@new)} healthy tasks of {@new.Id}";
        }

        if (situation.Old is not { } old)
        {
            var gone = reading.Servers.Length - (fresh.Length * Math.Max(1, @new.ServicePorts.Length));
            return gone > 0 ? $"load balancer {name} still lists {gone} servers that are gone" : null;
        }

        var states = situation.TasksOn(old, reading.Instance);
        var expected = ExpectedOut(old, @new, @new.TargetInstances);
        var @out = states.Count(t => t.State == PoolState.Out);
        return @out < expected ? $"load balancer {name} has taken {@out} of {expected} tasks of {old.Id} out of its pool" : null;
    }
}
