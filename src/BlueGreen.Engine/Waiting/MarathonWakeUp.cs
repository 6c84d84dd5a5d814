using BlueGreen.Engine.Marathon;

namespace BlueGreen.Engine.Waiting;

/// <summary>
/// Wakes when Marathon tells of a change. Its events may be lost, late or doubled: they only say when to look. The end of a deployment
/// is looked at at once; the single steps on the way there, of which each task has several, are gathered for a while.
/// </summary>
internal sealed class MarathonWakeUp : IWakeUp
{
    /// <summary>A change comes with several events; they are one reason to look.</summary>
    private static readonly TimeSpan Spacing = TimeSpan.FromMilliseconds(50);

    /// <summary>For how long steps are gathered.</summary>
    private static readonly TimeSpan Gathering = TimeSpan.FromSeconds(2);

    private static readonly string[] Ends = ["deployment_success", "deployment_failed", "app_terminated_event"];

    private static readonly string[] Steps =
    [
        "deployment_info", "deployment_step_success", "status_update_event", "instance_changed_event", "instance_health_changed_event",
        "health_status_changed_event", "api_post_event",
    ];

    private readonly object _gate = new();
    private readonly CancellationTokenSource _stop;
    private readonly TimeProvider _time;
    private readonly ITimer _gathered;
    private readonly Task _listening;
    private TaskCompletionSource<bool> _next = NewSource();
    private bool _isGathering;
    private long _mark;

    public MarathonWakeUp(
        IMarathon marathon, TimeProvider time, IEngineSink sink, CancellationToken cancellationToken, Action<MarathonEvent>? onEvent = null)
    {
        _time = time;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _gathered = time.CreateTimer(_ => Tell(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _listening = ListenAsync(marathon, sink, onEvent);
    }

    /// <inheritdoc/>
    public long Mark
    {
        get
        {
            lock (_gate) return _mark;
        }
    }

    /// <inheritdoc/>
    public async Task<bool> WaitAsync(long mark, TimeSpan atMost, CancellationToken cancellationToken)
    {
        Task next;
        lock (_gate) next = _mark > mark ? Task.CompletedTask : _next.Task;
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var woken = await Task.WhenAny(next, _time.Delay(atMost, both.Token)).ConfigureAwait(false) == next;
        both.Cancel();
        cancellationToken.ThrowIfCancellationRequested();
        if (woken) await _time.Delay(Spacing, cancellationToken).ConfigureAwait(false);
        return woken;
    }

    public async ValueTask DisposeAsync()
    {
        _stop.Cancel();
        await _listening.ConfigureAwait(false);
        await _gathered.DisposeAsync().ConfigureAwait(false);
        _stop.Dispose();
    }

    private static TaskCompletionSource<bool> NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task ListenAsync(IMarathon marathon, IEngineSink sink, Action<MarathonEvent>? onEvent)
    {
        try
        {
            await foreach (var change in marathon.WatchEventsAsync([.. Ends, .. Steps], _stop.Token).ConfigureAwait(false))
            {
                onEvent?.Invoke(change);
                if (Ends.Contains(change.EventType)) Tell();
                else Gather();
            }
        }
        catch (OperationCanceledException)
        {
            // Nobody waits any more.
        }
        catch (BlueGreenException error)
        {
            // Without events those who wait still look every few seconds.
            sink.Publish(new EngineMessage(_time.GetUtcNow(), MessageLevel.Verbose, $"No events from Marathon: {error.Message}"));
        }
    }

    private void Gather()
    {
        lock (_gate)
        {
            if (_isGathering) return;
            _isGathering = true;
        }

        _gathered.Change(Gathering, Timeout.InfiniteTimeSpan);
    }

    private void Tell()
    {
        TaskCompletionSource<bool> passed;
        lock (_gate) (passed, _next, _mark, _isGathering) = (_next, NewSource(), _mark + 1, false);
        _gathered.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        passed.TrySetResult(true);
    }
}
