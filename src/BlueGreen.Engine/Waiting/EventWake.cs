using System.Collections.Concurrent;
using BlueGreen.Engine.Marathon;

namespace BlueGreen.Engine.Waiting;

/// <summary>
/// Says when it is time to look again: when Marathon tells of a change, and after some seconds all the same, since its events may be
/// lost or late.
/// </summary>
internal sealed class EventWake : IDisposable
{
    private static readonly TimeSpan Fallback = TimeSpan.FromSeconds(5);

    /// <summary>A change comes with several events; they are one reason to look.</summary>
    private static readonly TimeSpan Spacing = TimeSpan.FromMilliseconds(200);

    private static readonly string[] EventTypes =
    [
        "deployment_info", "deployment_success", "deployment_failed", "deployment_step_success", "status_update_event",
        "instance_health_changed_event", "health_status_changed_event", "app_terminated_event",
    ];

    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentDictionary<string, bool> _failed = new(StringComparer.Ordinal);
    private readonly TimeProvider _time;
    private volatile TaskCompletionSource<bool> _next = NewSource();

    public EventWake(IMarathon marathon, TimeProvider time, IEngineSink sink)
    {
        _time = time;
        _ = Task.Run(() => ListenAsync(marathon, sink));
    }

    /// <summary>Completes at the next event. Take it before looking, so that nothing in between is missed.</summary>
    public Task Next => _next.Task;

    /// <summary>True when Marathon said that the deployment failed.</summary>
    public bool HasFailed(string deploymentId) => _failed.ContainsKey(deploymentId);

    /// <summary>Waits until it is time to look again, at most until the deadline.</summary>
    public async Task WaitAsync(Task next, DateTimeOffset deadline, CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        var atMost = Shorter(Fallback, deadline - now);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(next, _time.Delay(atMost, both.Token)).ConfigureAwait(false);
        both.Cancel();
        cancellationToken.ThrowIfCancellationRequested();
        var rest = Shorter(Spacing, atMost) - (_time.GetUtcNow() - now);
        if (rest > TimeSpan.Zero) await _time.Delay(rest, cancellationToken).ConfigureAwait(false);
    }

    public void Dispose() => _end.Cancel();

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) =>
        other < one ? (other > TimeSpan.Zero ? other : TimeSpan.Zero) : one;

    private static TaskCompletionSource<bool> NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task ListenAsync(IMarathon marathon, IEngineSink sink)
    {
        try
        {
            await foreach (var change in marathon.WatchEventsAsync(EventTypes, _end.Token).ConfigureAwait(false))
            {
                if (change is { EventType: "deployment_failed", DeploymentId: { } id }) _failed[id] = true;
                var passed = _next;
                _next = NewSource();
                passed.TrySetResult(true);
            }
        }
        catch (OperationCanceledException)
        {
            // The wait is over.
        }
        catch (BlueGreenException error)
        {
            sink.Publish(new EngineMessage(
                _time.GetUtcNow(), MessageLevel.Verbose, $"No events from Marathon, looking every {Fallback.TotalSeconds:0} s: {error.Message}"));
        }
    }
}
