using System.Net.ServerSentEvents;

namespace BlueGreen.Engine.Marathon;

/// <summary>One connection to the event stream, until it ends, breaks or goes silent.</summary>
internal sealed class EventConnection : IDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly ITimer _silence;
    private readonly CancellationTokenSource _stop;
    private readonly CancellationTokenRegistration _closing;
    private readonly IAsyncEnumerator<SseItem<string>> _messages;
    private volatile bool _silent;

    private EventConnection(Uri endpoint, HttpResponseMessage response, Stream body, TimeSpan silence, TimeProvider time, CancellationToken cancellationToken)
    {
        Endpoint = endpoint;
        _response = response;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        // .NET Framework does not end a pending read when its token is cancelled, only when the response is closed.
        _closing = _stop.Token.Register(_response.Dispose);
        _silence = time.CreateTimer(_ => { _silent = true; Stop(); }, null, silence, Timeout.InfiniteTimeSpan);
        var watched = new SilenceWatch(body, () => _silence.Change(silence, Timeout.InfiniteTimeSpan));
        _messages = SseParser.Create(watched).EnumerateAsync(_stop.Token).GetAsyncEnumerator(_stop.Token);
    }

    /// <summary>Who is at the other end.</summary>
    public Uri Endpoint { get; }

    /// <summary>True when it broke or went silent, instead of being closed in order: its endpoint may be dead.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Why the connection ended; null while it has not.</summary>
    public string? EndReason { get; private set; }

    public static async Task<EventConnection> OpenAsync(
        Uri endpoint, HttpResponseMessage response, TimeSpan silence, TimeProvider time, CancellationToken cancellationToken) =>
        new(endpoint, response, await response.Content.ReadAsStreamAsync().ConfigureAwait(false), silence, time, cancellationToken);

    /// <summary>The next message, or null when the connection has ended.</summary>
    public async Task<SseItem<string>?> NextAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (await _messages.MoveNextAsync().ConfigureAwait(false)) return _messages.Current;
            EndReason = "it was closed by the other side";
        }
        catch (Exception error) when (error is IOException or HttpRequestException or ObjectDisposedException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            IsBroken = true;
            EndReason = _silent ? "nothing came for too long" : error.Message.TrimEnd('.');
        }

        return null;
    }

    public void Dispose()
    {
        _silence.Dispose();
        Stop();
        _closing.Dispose();
        _stop.Dispose();
    }

    /// <summary>Cancelling comes first: merely closing the response would wait for the rest of a stream that has none.</summary>
    private void Stop()
    {
        try
        {
            _stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The timer's last turn came after the end.
        }
    }
}
