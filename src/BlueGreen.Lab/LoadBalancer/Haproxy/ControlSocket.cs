using System.Net.Sockets;

namespace BlueGreen.Lab.LoadBalancer.Haproxy;

/// <summary>
/// Where <c>/_mlb_signal/*</c> reaches the controller. marathon-lb sends its own process a signal by name; several
/// instances live in one process here, so that HAProxy writes the signal's name into the instance's socket instead.
/// </summary>
internal sealed class ControlSocket : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Func<string, bool> _handle;
    private readonly Task _accepting;

    /// <param name="handle">Takes the signal's name (<c>hup</c>, <c>usr1</c>); false when it is unknown.</param>
    public ControlSocket(string path, Func<string, bool> handle)
    {
        _handle = handle;
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        _listener.Listen();
        _accepting = AcceptAsync(_stopping.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _accepting;
        _listener.Dispose();
        _stopping.Dispose();
    }

    private async Task AcceptAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                using var client = await _listener.AcceptAsync(stopping);
                await using var stream = new NetworkStream(client);
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(stopping);
                limit.CancelAfter(TimeSpan.FromSeconds(5));
                using var reader = new StreamReader(stream);
                var signal = await reader.ReadLineAsync(limit.Token);
                await stream.WriteAsync(signal is not null && _handle(signal) ? "ok\n"u8.ToArray() : "unknown\n"u8.ToArray(), limit.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or IOException or SocketException)
            {
                // The client went away or was too slow; the next one is served all the same.
            }
        }
    }
}
