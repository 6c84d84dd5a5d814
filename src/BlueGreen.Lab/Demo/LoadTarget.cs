using System.Collections.Concurrent;

namespace BlueGreen.Lab.Demo;

/// <summary>One url under load, with its connections that are kept alive.</summary>
internal sealed class LoadTarget(Uri url, int connections) : IDisposable
{
    // First in, first out: all connections stay in use, as those of many clients would.
    private readonly ConcurrentQueue<ProbeConnection> _idle = new();

    public Uri Url => url;

    /// <summary>Asks on a kept connection, or on one of its own.</summary>
    /// <exception cref="ProbeException">No whole answer came.</exception>
    public async Task<ProbeAnswer> GetAsync(string target, bool fresh, CancellationToken cancellation)
    {
        var connection = (fresh ? null : TakeIdle()) ?? await ProbeConnection.OpenAsync(url, cancellation);
        try
        {
            var answer = await connection.GetAsync(target, keepAlive: !fresh, cancellation);
            if (connection.IsReusable && _idle.Count < connections)
            {
                _idle.Enqueue(connection);
                connection = null;
            }

            return answer;
        }
        finally
        {
            connection?.Dispose();
        }
    }

    public void Dispose()
    {
        while (_idle.TryDequeue(out var connection))
            connection.Dispose();
    }

    private ProbeConnection? TakeIdle()
    {
        while (_idle.TryDequeue(out var connection))
        {
            if (!connection.IsClosedByPeer)
                return connection;
            connection.Dispose();
        }

        return null;
    }
}
