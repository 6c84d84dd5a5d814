using BlueGreen.Engine.Haproxy;
using BlueGreen.Engine.Marathon;

namespace BlueGreen.Engine.Deployment.Observing;

/// <summary>Looks at some apps and at the load balancers: one call to Marathon, and all instances side by side.</summary>
internal sealed class GroupObserver(Cluster cluster, AppQuery query, Func<MarathonApp, bool> belongs)
{
    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(250);

    private (ImmutableArray<MarathonApp> Apps, List<string> Backends) _asked;

    /// <summary>The apps of one deployment group.</summary>
    public static GroupObserver ForGroup(Cluster cluster, string group) =>
        new(cluster, AppQuery.ForGroup(group), app => app.DeploymentGroup == group);

    /// <summary>One app, in a group or not.</summary>
    public static GroupObserver ForApp(Cluster cluster, string id) => new(cluster, new AppQuery(Id: id), app => app.Id == id);

    /// <summary>Looks at everything for the first time.</summary>
    public Task<Observation> LookAsync(CancellationToken cancellationToken) => LookAsync(null, cancellationToken);

    /// <summary>
    /// Looks for the first time, and again while a reload or a socket that was only just opened keeps a load balancer from telling all that it can: what is
    /// chosen by the first look alone is chosen for long.
    /// </summary>
    public async Task<Observation> LookWellAsync(CancellationToken cancellationToken)
    {
        var seen = await LookAsync(cancellationToken).ConfigureAwait(false);
        for (var looks = 1; looks < 12 && seen.LoadBalancers.Any(reading => reading.Quality == ReadingQuality.Torn || reading.Sockets.IsAwaited); looks++)
        {
            await cluster.Time.Delay(Again, cancellationToken).ConfigureAwait(false);
            seen = await LookAtLoadBalancersAsync(seen, cancellationToken).ConfigureAwait(false);
        }

        return seen;
    }

    private async Task<Observation> LookAsync(Observation? last, CancellationToken cancellationToken)
    {
        var at = cluster.Time.GetUtcNow();
        var apps = await cluster.Marathon.GetAppsAsync(query, cancellationToken).ConfigureAwait(false);
        // Marathon matches parts of ids; the exact apps are chosen here.
        var seen = new Observation(at, at, [.. apps.Where(belongs)], last?.LoadBalancers ?? []);
        return await LookAtLoadBalancersAsync(seen, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Looks at everything again. A Marathon that cannot be reached is part of what is seen: the next look may succeed.</summary>
    public async Task<Observation> LookAgainAsync(Observation last, CancellationToken cancellationToken)
    {
        try
        {
            return await LookAsync(last, cancellationToken).ConfigureAwait(false) with { LaunchQueue = last.LaunchQueue };
        }
        catch (BlueGreenException error) when (error.Kind is ErrorKind.Unavailable or ErrorKind.Timeout or ErrorKind.ProtocolError)
        {
            var seen = last with { MarathonProblem = error.Message, MarathonAt = cluster.Time.GetUtcNow() };
            return await LookAtLoadBalancersAsync(seen, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Looks at the load balancers again, with Marathon as it was last seen.</summary>
    public async Task<Observation> LookAtLoadBalancersAsync(Observation last, CancellationToken cancellationToken)
    {
        // First of all, so that nothing that takes time comes between the load balancers and what is done on their word.
        var pending = last.LoadBalancers.IsEmpty ? []
            : await PendingOperationsReader.ReadAsync(cluster, last.Apps, last.LoadBalancers, cancellationToken).ConfigureAwait(false);
        // Several looks at the load balancers come upon the same apps.
        if (_asked.Apps != last.Apps) _asked = (last.Apps, last.Apps.SelectMany(app => ServerNames.Backends(app)).Distinct().ToList());
        var backends = _asked.Backends;
        var balancers = await cluster.LoadBalancers.DiscoverAsync(cancellationToken).ConfigureAwait(false);
        var readings = await Task.WhenAll(balancers.Select(b => ReadAsync(b, backends, cancellationToken))).ConfigureAwait(false);
        return last with
        {
            At = cluster.Time.GetUtcNow(),
            LoadBalancers = [.. readings],
            AsksPendingOperations = cluster.PendingOperations is not null,
            PendingOperations = pending,
        };
    }

    /// <summary>Adds what keeps tasks from being started, where some wait. It explains and is no promise, so it may be missing.</summary>
    public async Task<Observation> LookAtLaunchQueueAsync(Observation seen, CancellationToken cancellationToken)
    {
        if (seen.MarathonProblem is not null || seen.Apps.All(app => app.Tasks.Length >= app.Instances)) return seen;
        try
        {
            return seen with { LaunchQueue = await cluster.Marathon.GetLaunchQueueAsync(cancellationToken).ConfigureAwait(false) };
        }
        catch (BlueGreenException)
        {
            return seen;
        }
    }

    /// <summary>All times of a run are by its own clock, which is never set.</summary>
    private async Task<LoadBalancerReading> ReadAsync(ILoadBalancer balancer, List<string> backends, CancellationToken cancellationToken)
    {
        var reading = await balancer.ReadAsync(backends, cancellationToken).ConfigureAwait(false);
        return reading with { At = cluster.Time.GetUtcNow() };
    }
}
