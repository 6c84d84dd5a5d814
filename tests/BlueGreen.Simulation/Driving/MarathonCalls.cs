using BlueGreen.Engine.Marathon;
using BlueGreen.Simulation.Cluster;

namespace BlueGreen.Simulation.Driving;

/// <summary>What can be asked of the simulated Marathon, in the words of the engine's client. How the requests get there, others say.</summary>
internal abstract class MarathonCalls(SimulatedMarathon marathon, Author author) : IMarathon
{
    protected SimulatedMarathon Simulated => marathon;

    public Task<ImmutableArray<MarathonApp>> GetAppsAsync(AppQuery? query, CancellationToken cancellationToken) =>
        AskAsync("read", () => Select(query));

    public Task<MarathonApp?> FindAppAsync(string id, CancellationToken cancellationToken) =>
        AskAsync("find", () => marathon.Apps.GetValueOrDefault(id)?.Read());

    public Task<AcceptedChange> CreateAppAsync(AppDefinition definition, ChangeOptions options, CancellationToken cancellationToken) => ChangeAsync($"create {definition.Id}", options, isRepeat =>
    {
        // The real client compares what it finds with what it sent.
        if (isRepeat && marathon.Apps.ContainsKey(definition.Id!)) return;
        marathon.Create(definition.CopyJson(), author);
    });

    public Task<AcceptedChange> ScaleAppAsync(string id, int instances, ChangeOptions options, CancellationToken cancellationToken) =>
        ScaleAppsAsync([(id, instances)], options, cancellationToken);

    public Task<AcceptedChange> ScaleAppsAsync(IReadOnlyCollection<(string Id, int Instances)> apps, ChangeOptions options, CancellationToken cancellationToken) =>
        ChangeAsync($"scale {string.Join(" and ", apps.Select(a => $"{a.Id} {a.Instances}"))}", options, isRepeat =>
        {
            // Refused because the first try was carried out: the real client looks and tells.
            if (isRepeat && apps.All(a => marathon.Apps.TryGetValue(a.Id, out var app) && app.Instances == a.Instances)) return;
            marathon.Scale(apps, options.Force, author);
        });

    public Task<AcceptedChange> DeleteAppAsync(string id, ChangeOptions options, CancellationToken cancellationToken) =>
        ChangeAsync($"delete {id}", options, _ => marathon.Delete(id, options.Force, author));

    public Task<AcceptedChange> KillTasksAsync(IReadOnlyCollection<string> taskIds, bool scale, ChangeOptions options, CancellationToken cancellationToken) =>
        ChangeAsync($"kill {taskIds.Count}", options, _ =>
        {
            if (scale) marathon.KillAndScale(taskIds, options.Force, author);
            else marathon.KillOnly(taskIds, author);
        });

    public Task<ImmutableArray<LaunchQueueEntry>> GetLaunchQueueAsync(CancellationToken cancellationToken) =>
        AskAsync("queue", () => ImmutableArray.CreateRange(marathon.Apps.Values
            .Select(app => new LaunchQueueEntry(app.Id, app.Instances - app.Tasks.Count, TimeSpan.Zero, 0, 0)).Where(entry => entry.Count > 0)));

    public Task<AcceptedChange> UpdateAppAsync(string id, AppDefinition changes, ChangeOptions options, CancellationToken cancellationToken) =>
        ChangeAsync($"update {id}", options, _ => marathon.Update(id, changes.CopyJson(), options.Force, author));

    public Task<ImmutableArray<MarathonDeployment>> GetDeploymentsAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<AcceptedChange> CancelDeploymentAsync(string deploymentId, ChangeOptions options, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<MarathonInfo> GetInfoAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public IAsyncEnumerable<MarathonEvent> WatchEventsAsync(IReadOnlyCollection<string> eventTypes, CancellationToken cancellationToken) =>
        throw new NotSupportedException("The driver is woken without a stream.");

    private ImmutableArray<MarathonApp> Select(AppQuery? query)
    {
        var apps = ImmutableArray.CreateBuilder<MarathonApp>();
        foreach (var app in marathon.Apps.Values)
        {
            if (query?.Id is { } id && !app.Id.Contains(id, StringComparison.Ordinal)) continue;
            if (query?.LabelSelector is { } selector && !Fits(selector, app)) continue;
            apps.Add(app.Read());
        }

        return apps.ToImmutable();
    }

    /// <summary>One condition, <c>label</c> or <c>label==value</c>, which is all that the engine asks for.</summary>
    private static bool Fits(string selector, SimulatedApp app) => selector.IndexOf("==", StringComparison.Ordinal) is var at and > 0
        ? selector.AsSpan(at + 2).SequenceEqual(app.Label(selector[..at]))
        : app.Label(selector) is not null;

    /// <summary>Asks something that changes nothing.</summary>
    protected abstract Task<T> AskAsync<T>(string what, Func<T> answer);

    /// <summary>Asks for a change, which is told whether it is a repeat.</summary>
    protected abstract Task<AcceptedChange> ChangeAsync(string what, ChangeOptions options, Action<bool> change);
}
