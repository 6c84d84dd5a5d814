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

    /// <summary>The least number of the app's tasks that any load balancer serves; 0 when one of them cannot be read, or none is known.</summary>
    public static int LeastServed(Situation situation, MarathonApp app) =>
        situation.Seen.LoadBalancers.Select(reading => reading.Quality == ReadingQuality.Consistent ? situation.Count(app, reading.Instance, PoolState.Serving) : 0)
            .DefaultIfEmpty(0).Min();

    private static string? Missing(Situation situation, LoadBalancerReading reading)
    {
        var name = reading.Instance.Name;
        if (reading.Quality != ReadingQuality.Consistent) return $"load balancer {name}: {reading.Problem ?? "cannot be read"}";
        var missing = situation.Rule is { } rule ? MissingOfTwo(situation, rule, reading.Instance) : MissingOfOne(situation, reading);
        return missing is null ? null : $"load balancer {name} {missing}";
    }

    private static string? MissingOfTwo(Situation situation, PoolRule rule, LoadBalancerInstance instance)
    {
        var stillIn = rule.Out.Count(task => Situation.IsHealthy(rule.Older, task) && situation.StateOf(task, instance) != PoolState.Out);
        return NotServed(situation, rule.Newer, instance, rule.Newer.Tasks)
            ?? (stillIn > 0 ? $"has taken {rule.Out.Length - stillIn} of {rule.Out.Length} tasks of {rule.Older.Id} out of its pool" : null)
            ?? NotServed(situation, rule.Older, instance, rule.Older.Tasks.Where(task => !rule.Out.Contains(task) && !IsMoot(situation, rule, task, instance)));
    }

    /// <summary>A task that stays down and is to go anyway, while the other colour serves in full, is not worth mending.</summary>
    private static bool IsMoot(Situation situation, PoolRule rule, MarathonTask task, LoadBalancerInstance instance) =>
        rule.Older == situation.Leaving && !situation.Goal.KeepsBoth && !situation.Goal.KeepsOld && situation.Staying!.Instances >= situation.Wanted
        && situation.StateOf(task, instance) == PoolState.Stopped;

    private static string? MissingOfOne(Situation situation, LoadBalancerReading reading)
    {
        if (situation.Seen.Apps.FirstOrDefault() is not { } app) return null;
        var gone = reading.Servers.Length - (app.Tasks.Length * Math.Max(1, app.ServicePorts.Length));
        return NotServed(situation, app, reading.Instance, app.Tasks) ?? (gone > 0 ? $"still lists {gone} servers that are gone" : null);
    }

    /// <summary>Healthy tasks are to be served; what is not healthy, marathon-lb may list or leave out.</summary>
    private static string? NotServed(Situation situation, MarathonApp app, LoadBalancerInstance instance, IEnumerable<MarathonTask> tasks)
    {
        var (healthy, serving) = (0, 0);
        foreach (var task in tasks)
        {
            if (!Situation.IsHealthy(app, task)) continue;
            healthy++;
            if (situation.Ledger.Find(task.Id, instance) is { State: PoolState.Serving, Stopped.IsEmpty: true }) serving++;
        }

        return serving < healthy ? $"serves {serving} of {healthy} healthy tasks of {app.Id}" : null;
    }
}
