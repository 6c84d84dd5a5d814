namespace BlueGreen.Engine.Haproxy.Runtime;

/// <summary>
/// Finds out for sure whether a socket is a load balancer instance's. Process ids alone do not tell: where instances have id spaces of their
/// own, as containers have, two may have the same ids and the same age, for they are reloaded together. So requests are made of the instance,
/// and the socket is to show them: one and the same frontend has had as many new connections, and none while nothing was asked.
/// </summary>
internal static class SocketProof
{
    private const int Rounds = 2;
    private const int Requests = 12;

    /// <summary>Others may ask for the statistics as well, now and then.</summary>
    private const int Others = 4;

    public static async Task<bool> HoldsAsync(IRuntimeSocket socket, SocketQuery query, TimeProvider time, CancellationToken cancellationToken)
    {
        IEnumerable<string>? frontends = null;
        for (var round = 0; round < Rounds; round++)
        {
            var before = await socket.CountConnectionsAsync(cancellationToken).ConfigureAwait(false);
            var started = time.GetTimestamp();
            await query.Ask(Requests, cancellationToken).ConfigureAwait(false);
            var asked = await socket.CountConnectionsAsync(cancellationToken).ConfigureAwait(false);
            await time.Delay(time.GetElapsedTime(started), cancellationToken).ConfigureAwait(false);
            var quiet = await socket.CountConnectionsAsync(cancellationToken).ConfigureAwait(false);
            var seen = asked.Keys.Where(name =>
                Grown(name, before, asked) is >= Requests and <= Requests + Others && Grown(name, asked, quiet) is >= 0 and <= Others);
            frontends = (frontends?.Intersect(seen) ?? seen).ToList();
            if (!frontends.Any()) return false;
        }

        return true;
    }

    private static long? Grown(string frontend, ImmutableDictionary<string, long> from, ImmutableDictionary<string, long> to) =>
        from.TryGetValue(frontend, out var before) && to.TryGetValue(frontend, out var after) ? after - before : null;
}
