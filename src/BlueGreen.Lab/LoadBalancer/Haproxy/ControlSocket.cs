using System.Net.Sockets;
using System.Text;

namespace BlueGreen.Lab.LoadBalancer.Haproxy;

/// <summary>
/// Where HAProxy's Lua services reach the controller: one line is asked, one answered. For <c>/_mlb_signal/*</c>
/// marathon-lb sends its own process a signal by name; several instances live in one process here, so that HAProxy writes
/// the signal's name into the instance's socket instead.
/// </summary>
internal sealed class ControlSocket : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Func<string, string?> _handle;
    private readonly Task _accepting;

    /// <param name="handle">Gives the answer to a request, or null when it is unknown.</param>
    public ControlSocket(string path, Func<string, string?> handle)
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
                var answer = await reader.ReadLineAsync(limit.Token) is { } request ? _handle(request) : null;
                await stream.WriteAsync(Encoding.ASCII.GetBytes((answer ?? "unknown request") + "\n"), limit.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or IOException or SocketException)
            {
                // The client went away or was too slow; the next one is served all the same.
            }
        }
    }
}
