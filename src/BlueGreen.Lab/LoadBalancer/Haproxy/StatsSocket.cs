using System.Net.Sockets;

namespace BlueGreen.Lab.LoadBalancer.Haproxy;

/// <summary>HAProxy's command line on its Unix socket.</summary>
internal static class StatsSocket
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    /// <summary>Sends one command and gives the whole answer.</summary>
    /// <exception cref="SocketException">Nobody listens.</exception>
    /// <exception cref="OperationCanceledException">No answer in time.</exception>
    public static async Task<string> AskAsync(string path, string command, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Limit);
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), limit.Token);
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(command + "\n"), limit.Token);
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(limit.Token);
    }
}
