using BlueGreen.Engine.Waiting;

namespace BlueGreen.Engine.Deployment.Observing;

/// <summary>
/// Looks when it is time: at everything when Marathon tells of a change, and after some seconds all the same; at the load balancers,
/// which have no events, several times a second, and soonest after Marathon told of something: they follow it within a fraction of a second.
/// </summary>
internal sealed class Lookout(Cluster cluster, GroupObserver observer, CancellationToken cancellationToken) : IAsyncDisposable
{
    /// <summary>From one look at the load balancers to the next, counted from a change on; the last holds from then on.</summary>
    private static readonly TimeSpan[] LoadBalancers = [TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(150), TimeSpan.FromMilliseconds(250)];

    private static readonly TimeSpan Everything = TimeSpan.FromSeconds(5);

    private readonly IWakeUp _wakeUp = cluster.WakeUp(cancellationToken);
    private long _mark;
    private int _looks;

    /// <summary>Looks for the first time; a Marathon that cannot be reached is an error then.</summary>
    public Task<Observation> LookAsync(CancellationToken token)
    {
        _mark = _wakeUp.Mark;
        return observer.LookAsync(token);
    }

    /// <summary>Looks at everything now.</summary>
    public Task<Observation> LookAgainAsync(Observation last, CancellationToken token)
    {
        _mark = _wakeUp.Mark;
        return observer.LookAgainAsync(last, token);
    }

    /// <summary>Looks when it is time.</summary>
    /// <param name="last">The last look.</param>
    /// <param name="marathonBy">When Marathon is to be read at the latest; null for the usual pace.</param>
    /// <param name="token">Ends the wait.</param>
    public async Task<Observation> LookLaterAsync(Observation last, DateTimeOffset? marathonBy, CancellationToken token)
    {
        var woken = await _wakeUp.WaitAsync(_mark, LoadBalancers[Math.Min(_looks, LoadBalancers.Length - 1)], token).ConfigureAwait(false);
        _looks = woken ? 0 : _looks + 1;
        var isDue = cluster.Time.GetUtcNow() >= (marathonBy ?? last.MarathonAt + Everything);
        if (!woken && !isDue && last.MarathonProblem is null) return await observer.LookAtLoadBalancersAsync(last, token).ConfigureAwait(false);
        var seen = await LookAgainAsync(last, token).ConfigureAwait(false) with { LaunchQueue = [] };
        // Nothing has happened for long: why?
        return woken || marathonBy is not null ? seen : await observer.LookAtLaunchQueueAsync(seen, token).ConfigureAwait(false);
    }

    public ValueTask DisposeAsync() => _wakeUp.DisposeAsync();
}
