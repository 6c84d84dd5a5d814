using System.Net.Sockets;
using System.Text;

namespace BlueGreen.Lab.LoadBalancer.Haproxy;

/// <summary>HAProxy's command line on its Unix socket.</summary>
internal static class StatsSocket
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    /// <summary>Sends one command and gives the whole answer.</summary>
    /// <exception cref="SocketException">Nobody listens.</exception>
    /// <exception cref="TimeoutException">No answer in time.</exception>
    public static async Task<string> AskAsync(string path, string command, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Limit);
        try
        {
            return await ExchangeAsync(path, command, limit.Token);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"HAProxy did not answer '{command}' on {path} within {Limit.TotalSeconds} s.", e);
        }
    }

    private static async Task<string> ExchangeAsync(string path, string command, CancellationToken cancellation)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync(Encoding.UTF8.GetBytes(command + "\n"), cancellation);

        // The master's command line answers on until its client has no more to say.
        socket.Shutdown(SocketShutdown.Send);
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(cancellation);
    }
}
