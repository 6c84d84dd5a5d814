using BlueGreen.Engine.Haproxy;
using BlueGreen.Engine.Marathon;

namespace BlueGreen.Engine.Deployment.Observing;

/// <summary>What a task's gauge of pending operations said once, when every load balancer had the task out of its pool.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="At">When.</param>
/// <param name="Count">The number; null when it could not be read.</param>
/// <param name="Problem">Why it could not be read, in words; null when it could.</param>
internal sealed record PendingOperationsReading(string TaskId, DateTimeOffset At, double? Count, string? Problem = null);

/// <summary>Reads the gauges of those tasks that every load balancer had out of its pool at the last look.</summary>
internal static class PendingOperationsReader
{
    private const int TasksTried = 3;

    /// <summary>Tries the gauge on a task that serves, before anything is changed.</summary>
    /// <exception cref="BlueGreenException">It cannot be read, on any of the tasks that were tried.</exception>
    public static async Task TestAsync(Cluster cluster, MarathonApp? app, CancellationToken cancellationToken)
    {
        if (cluster.PendingOperations is not { } gauge || app is null) return;
        var serving = app.Tasks.Where(task => task.IsRunning).OrderByDescending(task => task.AnyCheckAlive).Take(TasksTried).ToList();
        for (var i = 0; i < serving.Count; i++)
        {
            try
            {
                await gauge.CountAsync(app, serving[i], cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (BlueGreenException) when (i < serving.Count - 1)
            {
                // That one may just be ending.
            }
        }
    }

    public static async Task<ImmutableArray<PendingOperationsReading>> ReadAsync(
        Cluster cluster, ImmutableArray<MarathonApp> apps, ImmutableArray<LoadBalancerReading> lastSeen, CancellationToken cancellationToken)
    {
        if (cluster.PendingOperations is not { } gauge) return [];
        if (!lastSeen.All(reading => reading.Quality == ReadingQuality.Consistent)) return [];
        var servers = new TaskServers(lastSeen.SelectMany(reading => reading.Servers));
        var @out = from app in apps
                   from task in app.Tasks
                   where task.IsRunning && IsOut(app, task, servers.Of(app, task))
                   select ReadAsync(cluster.Time, gauge, app, task, cancellationToken);
        return [.. await Task.WhenAll(@out).ConfigureAwait(false)];
    }

    /// <summary>
    /// Not listed anywhere, a task of an app that is being deployed is not out yet, but about to come in; unless it fails its health checks,
    /// for then it may never come, and the app be deployed for ever.
    /// </summary>
    private static bool IsOut(MarathonApp app, MarathonTask task, ImmutableArray<HaproxyServerStat> servers) =>
        servers.IsEmpty ? !app.IsDeploying || task.Health == TaskHealth.Unhealthy : servers.All(server => server.IsOutOfPool || server.IsStopped);

    private static async Task<PendingOperationsReading> ReadAsync(
        TimeProvider time, IPendingOperations gauge, MarathonApp app, MarathonTask task, CancellationToken cancellationToken)
    {
        // The time before the question: what it says was so then, or later.
        var at = time.GetUtcNow();
        try
        {
            return new PendingOperationsReading(task.Id, at, await gauge.CountAsync(app, task, cancellationToken).ConfigureAwait(false));
        }
        catch (BlueGreenException error)
        {
            return new PendingOperationsReading(task.Id, at, null, error.Message);
        }
    }
}
