using BlueGreen.Engine;
using BlueGreen.Engine.Marathon;
using Newtonsoft.Json.Linq;

namespace BlueGreen.Simulation.Tests;

/// <summary>Passes everything on; bugs override a call.</summary>
internal abstract class PassingMarathon(IMarathon inner) : IMarathon
{
    protected IMarathon Inner => inner;

    public virtual Task<ImmutableArray<MarathonApp>> GetAppsAsync(AppQuery? query, CancellationToken cancellationToken) => inner.GetAppsAsync(query, cancellationToken);

    public Task<MarathonApp?> FindAppAsync(string id, CancellationToken cancellationToken) => inner.FindAppAsync(id, cancellationToken);

    public Task<AcceptedChange> CreateAppAsync(AppDefinition definition, ChangeOptions options, CancellationToken cancellationToken) => inner.CreateAppAsync(definition, options, cancellationToken);

    public Task<AcceptedChange> UpdateAppAsync(string id, AppDefinition changes, ChangeOptions options, CancellationToken cancellationToken) => inner.UpdateAppAsync(id, changes, options, cancellationToken);

    public Task<AcceptedChange> ScaleAppAsync(string id, int instances, ChangeOptions options, CancellationToken cancellationToken) => inner.ScaleAppAsync(id, instances, options, cancellationToken);

    public Task<AcceptedChange> ScaleAppsAsync(IReadOnlyCollection<(string Id, int Instances)> apps, ChangeOptions options, CancellationToken cancellationToken) => inner.ScaleAppsAsync(apps, options, cancellationToken);

    public virtual Task<AcceptedChange> DeleteAppAsync(string id, ChangeOptions options, CancellationToken cancellationToken) => inner.DeleteAppAsync(id, options, cancellationToken);

    public virtual Task<AcceptedChange> KillTasksAsync(IReadOnlyCollection<string> taskIds, bool scale, ChangeOptions options, CancellationToken cancellationToken) =>
        inner.KillTasksAsync(taskIds, scale, options, cancellationToken);

    public Task<ImmutableArray<MarathonDeployment>> GetDeploymentsAsync(CancellationToken cancellationToken) => inner.GetDeploymentsAsync(cancellationToken);

    public Task<AcceptedChange> CancelDeploymentAsync(string deploymentId, ChangeOptions options, CancellationToken cancellationToken) => inner.CancelDeploymentAsync(deploymentId, options, cancellationToken);

    public Task<ImmutableArray<LaunchQueueEntry>> GetLaunchQueueAsync(CancellationToken cancellationToken) => inner.GetLaunchQueueAsync(cancellationToken);

    public Task<MarathonInfo> GetInfoAsync(CancellationToken cancellationToken) => inner.GetInfoAsync(cancellationToken);

    public IAsyncEnumerable<MarathonEvent> WatchEventsAsync(IReadOnlyCollection<string> eventTypes, CancellationToken cancellationToken) => inner.WatchEventsAsync(eventTypes, cancellationToken);
}

/// <summary>Kills without scaling and scales by itself, and again when there was no answer.</summary>
internal sealed class DoubleScalingMarathon(IMarathon inner) : PassingMarathon(inner)
{
    public override async Task<AcceptedChange> KillTasksAsync(
        IReadOnlyCollection<string> taskIds, bool scale, ChangeOptions options, CancellationToken cancellationToken)
    {
        try
        {
            return await Inner.KillTasksAsync(taskIds, scale, options, cancellationToken).ConfigureAwait(false);
        }
        catch (BlueGreenException error) when (error.Kind == ErrorKind.Unavailable)
        {
            var apps = await Inner.GetAppsAsync(null, cancellationToken).ConfigureAwait(false);
            if (apps.FirstOrDefault(app => app.Tasks.Any(task => taskIds.Contains(task.Id))) is not { } app) throw;
            return await Inner.ScaleAppAsync(app.Id, Math.Max(0, app.Instances - taskIds.Count), new ChangeOptions(Force: true), cancellationToken).ConfigureAwait(false);
        }
    }
}

/// <summary>Removes every app whose id begins so.</summary>
internal sealed class PrefixMarathon(IMarathon inner) : PassingMarathon(inner)
{
    public override async Task<AcceptedChange> DeleteAppAsync(string id, ChangeOptions options, CancellationToken cancellationToken)
    {
        var apps = await Inner.GetAppsAsync(new AppQuery(Id: id), cancellationToken).ConfigureAwait(false);
        foreach (var app in apps.Where(app => app.Id != id)) await Inner.DeleteAppAsync(app.Id, options, cancellationToken).ConfigureAwait(false);
        return await Inner.DeleteAppAsync(id, options, cancellationToken).ConfigureAwait(false);
    }
}

/// <summary>Forgets to scale when it kills.</summary>
internal sealed class ReplacingMarathon(IMarathon inner) : PassingMarathon(inner)
{
    public override Task<AcceptedChange> KillTasksAsync(IReadOnlyCollection<string> taskIds, bool scale, ChangeOptions options, CancellationToken cancellationToken) =>
        Inner.KillTasksAsync(taskIds, scale: false, options, cancellationToken);
}

/// <summary>Takes a running task without a health result for a healthy one.</summary>
internal sealed class HopefulMarathon(IMarathon inner) : PassingMarathon(inner)
{
    public override async Task<ImmutableArray<MarathonApp>> GetAppsAsync(AppQuery? query, CancellationToken cancellationToken) =>
        [.. (await Inner.GetAppsAsync(query, cancellationToken).ConfigureAwait(false)).Select(Hope)];

    private static MarathonApp Hope(MarathonApp app)
    {
        var json = app.CopyJson();
        foreach (var task in json["tasks"]!.OfType<JObject>())
        {
            if ((string?)task["state"] == "TASK_RUNNING") task["healthCheckResults"] ??= new JArray(new JObject { ["alive"] = true });
        }

        return new MarathonApp(json);
    }
}
