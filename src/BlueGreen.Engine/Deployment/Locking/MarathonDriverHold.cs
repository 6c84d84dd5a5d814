using BlueGreen.Engine.Marathon;
using BlueGreen.Engine.Waiting;

namespace BlueGreen.Engine.Deployment.Locking;

/// <summary>A hold on a group, renewed until it is disposed.</summary>
internal sealed class MarathonDriverHold : IDriverHold
{
    private readonly Cluster _cluster;
    private readonly CancellationTokenSource _stop = new();
    private readonly ITimer _timer;
    private readonly SteadyClock _clock;
    private LockApp _app;
    private Task _renewing = Task.CompletedTask;
    private long _renewedAt;
    private long _renewedByWallClock;
    private bool _warned;

    /// <param name="cluster">The cluster.</param>
    /// <param name="app">The lock, as it was created.</param>
    /// <param name="sentAt">The time stamp of its creation, taken before it was asked for.</param>
    public MarathonDriverHold(Cluster cluster, LockApp app, long sentAt)
    {
        (_cluster, _app, _renewedAt, _clock) = (cluster, app, sentAt, SteadyClock.Of(cluster.Time));
        _renewedByWallClock = _clock.GetWallClock().UtcTicks;
        _timer = cluster.Time.CreateTimer(_ => Renew(), null, MarathonDriverLock.Renewal, MarathonDriverLock.Renewal);
    }

    /// <inheritdoc/>
    public bool IsDoubtful => Age >= MarathonDriverLock.Doubt || TimeSpan.FromTicks(_clock.GetWallClock().UtcTicks - Volatile.Read(ref _renewedByWallClock)).Duration() >= MarathonDriverLock.Doubt;

    private TimeSpan Age => _cluster.Time.GetElapsedTime(Volatile.Read(ref _renewedAt));

    /// <inheritdoc/>
    public async Task<string?> LossAsync(CancellationToken cancellationToken)
    {
        if (Age >= MarathonDriverLock.Lapse) return $"this driver could not renew its hold on the group {_app.Group} for {Age.TotalSeconds:0} s, so that another one may have begun";
        var newest = MarathonDriverLock.Newest(await MarathonDriverLock.ReadAsync(_cluster.Marathon, _app.Group, cancellationToken).ConfigureAwait(false));
        if (newest is null) return $"somebody removed this driver's hold on the group {_app.Group}, the app {_app.Id}";
        return newest.Token == _app.Token ? null : $"the group {_app.Group} is held by {newest.Who} now";
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _timer.Dispose();
        _stop.Cancel();
        await _renewing.ConfigureAwait(false);
        // Once it has run out, another one may have made an app of the same id.
        if (Age < MarathonDriverLock.Lapse) await MarathonDriverLock.RemoveAsync(_cluster, _app).ConfigureAwait(false);
        _stop.Dispose();
    }

    private void Renew()
    {
        if (!_renewing.IsCompleted || _stop.IsCancellationRequested || Age >= MarathonDriverLock.Lapse) return;
        _renewing = RenewAsync();
    }

    private async Task RenewAsync()
    {
        var (sentAt, sentAtWall) = (_cluster.Time.GetTimestamp(), _clock.GetWallClock().UtcTicks);
        try
        {
            _app = _app with { Renewed = _cluster.Time.GetUtcNow() };
            // Forced, since the last renewal may still be under way.
            await _cluster.Marathon.UpdateAppAsync(_app.Id, _app.Renewal(), new ChangeOptions(Force: true), _stop.Token).ConfigureAwait(false);
            Volatile.Write(ref _renewedAt, sentAt);
            Volatile.Write(ref _renewedByWallClock, sentAtWall);
            _warned = false;
        }
        catch (OperationCanceledException)
        {
            // It is being given back.
        }
        catch (BlueGreenException error)
        {
            if (!_warned) _cluster.Say(MessageLevel.Warning, $"The hold on the group {_app.Group} could not be renewed: {error.Message}");
            _warned = true;
        }
    }
}
