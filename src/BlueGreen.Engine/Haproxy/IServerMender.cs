namespace BlueGreen.Engine.Haproxy;

/// <summary>A server that stays down although nothing is wrong with its task: see <see cref="HaproxyServerStat.IsStopped"/>.</summary>
/// <param name="LoadBalancer">The load balancer instance's name.</param>
/// <param name="Backend">The backend.</param>
/// <param name="Server">The server.</param>
internal sealed record StoppedServer(string LoadBalancer, string Backend, string Server) : IComparable<StoppedServer>
{
    public int CompareTo(StoppedServer? other) => string.CompareOrdinal(ToString(), other?.ToString());

    public override string ToString() => $"{Backend}/{Server} on {LoadBalancer}";
}

/// <summary>Has servers that stay down serve again, by the load balancers' admin sockets.</summary>
internal interface IServerMender
{
    /// <summary>Says <c>health up</c> of a server that is still stopped, and reads it back.</summary>
    /// <exception cref="BlueGreenException">There is no socket for it, HAProxy refuses, or the server is no longer what it was.</exception>
    Task MendAsync(StoppedServer server, CancellationToken cancellationToken);
}
