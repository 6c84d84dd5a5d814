using BlueGreen.Engine.Marathon;

namespace BlueGreen.Engine.Waiting;

/// <summary>Whether an app has all it wants, and what is missing.</summary>
/// <param name="IsReady">True when all wanted tasks run, are healthy where that is checked, and no deployment holds the app.</param>
/// <param name="Reason">What it waits for, in words.</param>
public sealed record AppReadiness(bool IsReady, string Reason)
{
    /// <summary>Judges an app by what Marathon last told of it.</summary>
    /// <param name="app">The app.</param>
    /// <param name="queued">Its entry in the launch queue; null when it has none.</param>
    public static AppReadiness Of(MarathonApp app, LaunchQueueEntry? queued)
    {
        var missing = Missing(app, queued).ToList();
        return missing.Count == 0 ? new AppReadiness(true, "ready") : new AppReadiness(false, string.Join("; ", missing));
    }

    /// <summary>Why Marathon does not start the tasks that wait, in words; null when it does not say.</summary>
    public static string? Hindrance(LaunchQueueEntry queued) =>
        queued.Delay > TimeSpan.Zero ? $"the next launch is held back for {queued.Delay.TotalSeconds:0} s after failures"
        : queued.UnusedOffers > 0 && queued.UnusedOffers == queued.ProcessedOffers ? $"none of {queued.ProcessedOffers} offers of resources fits"
        : null;

    private static IEnumerable<string> Missing(MarathonApp app, LaunchQueueEntry? queued)
    {
        var running = app.TasksRunning;
        if (running != app.Instances) yield return $"{running} of {app.Instances} running";
        if (app.HasHealthChecks && app.TasksHealthy < app.Instances)
        {
            yield return app.TasksUnhealthy > 0
                ? $"{app.TasksHealthy} of {app.Instances} healthy, {app.TasksUnhealthy} unhealthy"
                : $"{app.TasksHealthy} of {app.Instances} healthy";
        }

        if (queued is not null && Hindrance(queued) is { } hindrance) yield return hindrance;
        if (running < app.Instances && app.LastTaskFailure is { } failure) yield return $"the last task failed: {failure}";
        if (app.IsDeploying) yield return $"deployment {app.Deployments[0]} is under way";
    }
}
