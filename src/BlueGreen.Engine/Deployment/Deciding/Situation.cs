using BlueGreen.Engine.Deployment.Judging;
using BlueGreen.Engine.Deployment.Observing;
using BlueGreen.Engine.Haproxy;
using BlueGreen.Engine.Marathon;

namespace BlueGreen.Engine.Deployment.Deciding;

/// <summary>Where a run is to end.</summary>
/// <param name="Staying">Instances of the app that stays.</param>
/// <param name="Leaving">Instances of the app that leaves: none, unless both are kept on purpose.</param>
internal sealed record Goal(int Staying, int Leaving = 0)
{
    public bool KeepsBoth => Leaving > 0;

    /// <summary>True when the app that leaves is not removed in the end, but waits out of every pool with the instances that it has.</summary>
    public bool KeepsOld { get; init; }
}

/// <summary>Tasks that were to be killed for others to take their place.</summary>
/// <param name="AppId">Their app.</param>
/// <param name="TaskIds">The tasks.</param>
/// <param name="At">When.</param>
internal sealed record Renewal(string AppId, ImmutableSortedSet<string> TaskIds, DateTimeOffset At);

/// <summary>All that a decision may depend on.</summary>
/// <param name="Roles">Which app replaces which.</param>
/// <param name="Seen">The last observation.</param>
/// <param name="Ledger">What the observations so far prove, the last one folded in.</param>
/// <param name="Policy">What the user asked for.</param>
/// <param name="Goal">Where it is to end.</param>
internal sealed record Situation(Roles Roles, Observation Seen, DrainLedger Ledger, RolloutPolicy Policy, Goal Goal)
{
    /// <summary>What this run expects of the apps, the last observation folded in.</summary>
    public Expectation Expected { get; init; } = Expectation.Nothing;

    /// <summary>How often this run has set out to have servers serve again that stay down.</summary>
    public int Mends { get; init; }

    /// <summary>The last time that this run killed tasks for others to take their place; null when it never did.</summary>
    public Renewal? Renewal { get; init; }

    /// <summary>The app that is replaced; null when there is none, or none any more.</summary>
    public MarathonApp? Leaving { get; } = Seen.Find(Roles.LeavingId);

    /// <summary>The app that replaces it; null when somebody removed it.</summary>
    public MarathonApp? Staying { get; } = Seen.Find(Roles.StayingId);

    /// <summary>How marathon-lb sees the two; null unless there are two.</summary>
    public PoolRule? Rule { get; init; } = Seen.Apps.Length == 2 ? PoolRule.Of(Seen.Apps[0], Seen.Apps[1]) : null;

    /// <summary>
    /// How many instances the staying app is to have: what was asked for, and never fewer than with which marathon-lb takes all of the
    /// leaving one out of the pool, which its label says.
    /// </summary>
    public int Wanted => Goal.KeepsBoth || Staying is null || Leaving is null ? Goal.Staying : Math.Max(Goal.Staying, Staying.TargetInstances);

    /// <summary>True for a task that runs and that marathon-lb counts as healthy; without health checks, one that runs.</summary>
    public static bool IsHealthy(MarathonApp app, MarathonTask task) => task.IsRunning && (!app.HasHealthChecks || task.AnyCheckAlive);

    public static int HealthyTasks(MarathonApp app) => app.Tasks.Count(task => IsHealthy(app, task));

    /// <summary>Where a task stands on an instance, by the ledger.</summary>
    public PoolState StateOf(MarathonTask task, LoadBalancerInstance instance) => Ledger.Find(task.Id, instance)?.State ?? PoolState.Absent;

    /// <summary>How many of the app's tasks stand so on the instance.</summary>
    public int Count(MarathonApp app, LoadBalancerInstance instance, PoolState state) => app.Tasks.Count(task => StateOf(task, instance) == state);

    /// <summary>The app's tasks that are out of the pool of every load balancer; one that fails its health checks need not be listed.</summary>
    public ImmutableArray<MarathonTask> TasksOut(MarathonApp app) =>
        [.. app.Tasks.Where(task => Seen.LoadBalancers.All(r => StateOf(task, r.Instance) is var state && (state == PoolState.Out || (state == PoolState.Absent && task.Health == TaskHealth.Unhealthy))))];

    /// <summary>True when any load balancer sends the task requests.</summary>
    public bool IsServed(MarathonTask task) => Seen.LoadBalancers.Any(r => StateOf(task, r.Instance) == PoolState.Serving);

    /// <summary>
    /// The least number of serving tasks on any instance that could be read; null when none could. One that serves tasks of which Marathon was
    /// not heard yet is left out: how many they are, the next look tells.
    /// </summary>
    public int? LowestServing()
    {
        var readable = Seen.LoadBalancers.Where(r => r.Quality == ReadingQuality.Consistent && !ServesUnknown(r)).ToList();
        return readable.Count == 0 ? null : readable.Min(r => Seen.Apps.Sum(app => Count(app, r.Instance, PoolState.Serving)));
    }

    /// <summary>A load balancer that serves what is no task that Marathon told of, in words; null when none does.</summary>
    public string? ServingUnknown() =>
        Seen.LoadBalancers.Where(ServesUnknown).Select(r => $"load balancer {r.Instance.Name} serves a task that Marathon does not tell of").FirstOrDefault();

    private bool ServesUnknown(LoadBalancerReading reading)
    {
        var known = new HashSet<string>(
            Seen.Apps.SelectMany(app => app.Tasks).SelectMany(task => Ledger.Find(task.Id, reading.Instance)?.Servers ?? []), StringComparer.Ordinal);
        return reading.Servers.Any(server => server.State == ServerState.Serving && !known.Contains(server.FullName));
    }
}
