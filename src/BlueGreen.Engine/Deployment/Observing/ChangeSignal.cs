using System.Threading.Channels;
using BlueGreen.Engine.Marathon;

namespace BlueGreen.Engine.Deployment.Observing;

/// <summary>Says when it is time to look again.</summary>
internal interface IWakeUp : IAsyncDisposable
{
    /// <summary>Waits until something may have changed, at most <paramref name="atMost"/>. True when something may have.</summary>
    Task<bool> WaitAsync(TimeSpan atMost, CancellationToken cancellationToken);
}

/// <summary>
/// Wakes the loop when Marathon says that something happened. Events may be lost, late or doubled: they only say when to look.
/// </summary>
internal sealed class ChangeSignal : IWakeUp
{
    private static readonly string[] Relevant =
    [
        "deployment_success", "deployment_failed", "deployment_step_success", "status_update_event", "instance_changed_event",
        "instance_health_changed_event", "health_status_changed_event", "app_terminated_event", "api_post_event",
    ];

    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource _stop;
    private readonly TimeProvider _time;
    private readonly Action<MarathonEvent>? _onEvent;
    private readonly Task _pump;

    /// <param name="marathon">Who tells.</param>
    /// <param name="time">The clock.</param>
    /// <param name="sink">Hears when nothing is told.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <param name="onEvent">Called with each event before it wakes anybody.</param>
    public ChangeSignal(
        IMarathon marathon, TimeProvider time, IEngineSink sink, CancellationToken cancellationToken, Action<MarathonEvent>? onEvent = null)
    {
        _time = time;
        _onEvent = onEvent;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _pump = PumpAsync(marathon, sink);
    }

    /// <inheritdoc/>
    public async Task<bool> WaitAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        if (_signal.Reader.TryRead(out _)) return true;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var timer = _time.Delay(atMost, over.Token);
        var ready = _signal.Reader.WaitToReadAsync(over.Token).AsTask();
        await Task.WhenAny(timer, ready).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        over.Cancel();
        return _signal.Reader.TryRead(out _);
    }

    public async ValueTask DisposeAsync()
    {
        _stop.Cancel();
        await _pump.ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task PumpAsync(IMarathon marathon, IEngineSink sink)
    {
        try
        {
            await foreach (var change in marathon.WatchEventsAsync(Relevant, _stop.Token).ConfigureAwait(false))
            {
                _onEvent?.Invoke(change);
                _signal.Writer.TryWrite(true);
            }
        }
        catch (OperationCanceledException)
        {
        }
        catch (BlueGreenException error)
        {
            // Without events the loop still looks every few seconds.
            sink.Publish(new EngineMessage(_time.GetUtcNow(), MessageLevel.Verbose, $"No events from Marathon: {error.Message}"));
        }
    }
}
