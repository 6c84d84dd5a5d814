using BlueGreen.Engine.Deployment.Judging;
using BlueGreen.Engine.Deployment.Observing;
using BlueGreen.Engine.Haproxy;
using BlueGreen.Engine.Marathon;

namespace BlueGreen.Engine.Deployment.Deciding;

/// <summary>All that a decision may depend on.</summary>
/// <param name="Roles">Which app replaces which.</param>
/// <param name="Seen">The last observation.</param>
/// <param name="Ledger">What the observations so far prove, the last one folded in.</param>
/// <param name="Policy">What the user asked for.</param>
/// <param name="Target">How many instances the service has in the end.</param>
internal sealed record Situation(Roles Roles, Observation Seen, DrainLedger Ledger, RolloutPolicy Policy, int Target)
{
    public MarathonApp? Old => Seen.Find(Roles.OldId);

    public MarathonApp? New => Seen.Find(Roles.NewId);

    /// <summary>Tasks that marathon-lb counts as healthy; without health checks, those that run.</summary>
    public static int HealthyTasks(MarathonApp app) =>
        app.Tasks.Count(task => task.IsRunning && (!app.HasHealthChecks || task.AnyCheckAlive));

    /// <summary>Where the app's tasks stand on an instance, by the ledger.</summary>
    public ImmutableArray<(MarathonTask Task, PoolState State)> TasksOn(MarathonApp app, LoadBalancerInstance instance) =>
        [.. app.Tasks.Select(task => (task, Ledger.Find(task.Id, instance)?.State ?? PoolState.Absent))];

    /// <summary>Tasks of the group that get requests on the instance.</summary>
    public int ServingOn(LoadBalancerInstance instance) =>
        Seen.Apps.Sum(app => TasksOn(app, instance).Count(t => t.State == PoolState.Serving));

    /// <summary>The least number of serving tasks on any instance that could be read; null when none could.</summary>
    public int? LowestServing()
    {
        var readable = Seen.LoadBalancers.Where(r => r.Quality == ReadingQuality.Consistent).ToList();
        return readable.Count == 0 ? null : readable.Min(r => ServingOn(r.Instance));
    }
}
