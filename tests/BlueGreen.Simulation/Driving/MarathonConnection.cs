using BlueGreen.Engine;
using BlueGreen.Engine.Marathon;
using BlueGreen.Simulation.Cluster;

namespace BlueGreen.Simulation.Driving;

/// <summary>
/// A driver's way to Marathon: requests and answers take time, get lost, and are repeated as the real client repeats them, unless it is
/// told to send them once only.
/// </summary>
internal sealed class MarathonConnection(Driver driver, SimulatedMarathon marathon) : IMarathon
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Late = TimeSpan.FromMilliseconds(400);

    public Task<ImmutableArray<MarathonApp>> GetAppsAsync(AppQuery? query, CancellationToken cancellationToken) =>
        CallAsync(isOnce: false, _ => Select(query));

    public Task<MarathonApp?> FindAppAsync(string id, CancellationToken cancellationToken) =>
        CallAsync(isOnce: false, _ => marathon.Apps.GetValueOrDefault(id)?.Read());

    public Task<AcceptedChange> CreateAppAsync(AppDefinition definition, ChangeOptions options, CancellationToken cancellationToken) => ChangeAsync(options, isRepeat =>
    {
        // The real client compares what it finds with what it sent.
        if (isRepeat && marathon.Apps.ContainsKey(definition.Id!)) return;
        marathon.Create(definition.CopyJson(), driver.Author);
    });

    public Task<AcceptedChange> ScaleAppAsync(string id, int instances, ChangeOptions options, CancellationToken cancellationToken) =>
        ScaleAppsAsync([(id, instances)], options, cancellationToken);

    public Task<AcceptedChange> ScaleAppsAsync(IReadOnlyCollection<(string Id, int Instances)> apps, ChangeOptions options, CancellationToken cancellationToken) =>
        ChangeAsync(options, isRepeat =>
        {
            // Refused because the first try was carried out: the real client looks and tells.
            if (isRepeat && apps.All(a => marathon.Apps.TryGetValue(a.Id, out var app) && app.Instances == a.Instances)) return;
            marathon.Scale(apps, options.Force, driver.Author);
        });

    public Task<AcceptedChange> DeleteAppAsync(string id, ChangeOptions options, CancellationToken cancellationToken) =>
        ChangeAsync(options, _ => marathon.Delete(id, options.Force, driver.Author));

    public Task<AcceptedChange> KillTasksAsync(IReadOnlyCollection<string> taskIds, bool scale, ChangeOptions options, CancellationToken cancellationToken) =>
        ChangeAsync(options, _ =>
        {
            if (scale) marathon.KillAndScale(taskIds, options.Force, driver.Author);
            else marathon.KillOnly(taskIds, driver.Author);
        });

    public Task<ImmutableArray<LaunchQueueEntry>> GetLaunchQueueAsync(CancellationToken cancellationToken) =>
        CallAsync(isOnce: false, _ => ImmutableArray.CreateRange(marathon.Apps.Values
            .Select(app => new LaunchQueueEntry(app.Id, app.Instances - app.Tasks.Count, TimeSpan.Zero, 0, 0)).Where(entry => entry.Count > 0)));

    public Task<AcceptedChange> UpdateAppAsync(string id, AppDefinition changes, ChangeOptions options, CancellationToken cancellationToken) => throw new NotSupportedException();

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
            if (query?.LabelSelector is { } selector && selector != $"HAPROXY_DEPLOYMENT_GROUP=={app.Group}") continue;
            apps.Add(app.Read());
        }

        return apps.ToImmutable();
    }

    private async Task<AcceptedChange> ChangeAsync(ChangeOptions options, Action<bool> change)
    {
        if (!driver.MaySend(out var diesAfter)) return await new TaskCompletionSource<AcceptedChange>().Task.ConfigureAwait(false);
        return await CallAsync(options.IsOnce, isRepeat =>
        {
            change(isRepeat);
            if (diesAfter) driver.Die();
            return new AcceptedChange(marathon.LastDeployment, "v");
        }, isChange: true).ConfigureAwait(false);
    }

    private async Task<T> CallAsync<T>(bool isOnce, Func<bool, T> act, bool isChange = false)
    {
        var world = driver.World;
        var began = world.Now;
        for (var tries = 0; ; tries++)
        {
            try
            {
                return await SendAsync(tries > 0, act, isChange).ConfigureAwait(false);
            }
            catch (BlueGreenException error) when (error.Kind == ErrorKind.Unavailable && !isOnce && world.Now - began < Patience)
            {
                await driver.Delay(TimeSpan.FromMilliseconds(150 << tries)).ConfigureAwait(false);
            }
        }
    }

    private Task<T> SendAsync<T>(bool isRepeat, Func<bool, T> act, bool isChange)
    {
        var (world, network) = (driver.World, driver.Network);
        var fate = world.Random.NextDouble();
        var (lostBefore, lostAfter) = (fate < network.LostBefore + network.Refused, fate > 1 - network.LostAfter);
        var back = world.Chance(network.Slow) ? world.Between(500, 3000) : world.Between(1, 5);
        return driver.Exchange(world.Between(1, 5), back, () =>
        {
            if (isChange && (lostBefore || lostAfter || !marathon.HasLeader || back > Late)) driver.NoteLooseEnd();
            if (lostBefore || !marathon.HasLeader) throw Unavailable();
            var result = act(isRepeat);
            return lostAfter ? throw Unavailable() : result;
        });
    }

    private static BlueGreenException Unavailable() => new(ErrorKind.Unavailable, "MarathonUnreachable", "503, or no answer", "");
}
