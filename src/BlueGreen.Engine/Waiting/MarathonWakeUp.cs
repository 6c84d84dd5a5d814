using BlueGreen.Engine.Marathon;

namespace BlueGreen.Engine.Waiting;

/// <summary>Wakes when Marathon tells of a change. Its events may be lost, late or doubled: they only say when to look.</summary>
internal sealed class MarathonWakeUp : IWakeUp
{
    /// <summary>A change comes with several events; they are one reason to look.</summary>
    private static readonly TimeSpan Spacing = TimeSpan.FromMilliseconds(50);

    private static readonly string[] EventTypes =
    [
        "deployment_info", "deployment_success", "deployment_failed", "deployment_step_success", "status_update_event", "instance_changed_event",
        "instance_health_changed_event", "health_status_changed_event", "app_terminated_event", "api_post_event",
    ];

    private readonly object _gate = new();
    private readonly CancellationTokenSource _stop;
    private readonly TimeProvider _time;
    private readonly Task _listening;
    private TaskCompletionSource<bool> _next = NewSource();
    private long _mark;

    public MarathonWakeUp(
        IMarathon marathon, TimeProvider time, IEngineSink sink, CancellationToken cancellationToken, Action<MarathonEvent>? onEvent = null)
    {
        _time = time;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
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
        _stop.Dispose();
    }

    private static TaskCompletionSource<bool> NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task ListenAsync(IMarathon marathon, IEngineSink sink, Action<MarathonEvent>? onEvent)
    {
        try
        {
            await foreach (var change in marathon.WatchEventsAsync(EventTypes, _stop.Token).ConfigureAwait(false))
            {
                onEvent?.Invoke(change);
                TaskCompletionSource<bool> passed;
                lock (_gate) (passed, _next, _mark) = (_next, NewSource(), _mark + 1);
                passed.TrySetResult(true);
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
}
