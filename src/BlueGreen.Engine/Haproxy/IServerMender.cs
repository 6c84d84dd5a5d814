namespace BlueGreen.Engine.Haproxy;

/// <summary>A server that gets no requests although nothing is wrong with its task: it was taken out of the pool, or stays down.</summary>
/// <param name="LoadBalancer">The load balancer instance's name.</param>
/// <param name="Backend">The backend.</param>
/// <param name="Server">The server.</param>
internal sealed record IdleServer(string LoadBalancer, string Backend, string Server) : IComparable<IdleServer>
{
    /// <summary>Its name as HAProxy's commands write it.</summary>
    public string Name => $"{Backend}/{Server}";

    public static IdleServer Of(HaproxyServerStat server) => new(server.LoadBalancer, server.Backend, server.Server);

    public int CompareTo(IdleServer? other) => string.CompareOrdinal(ToString(), other?.ToString());

    public override string ToString() => $"{Name} on {LoadBalancer}";
}

/// <summary>Has servers serve again, by the load balancers' admin sockets.</summary>
internal interface IServerMender
{
    /// <summary>Says <c>health up</c> of a server that is still stopped, and reads it back.</summary>
    /// <exception cref="BlueGreenException">There is no socket for it, HAProxy refuses, or the server is no longer what it was.</exception>
    Task MendAsync(IdleServer server, CancellationToken cancellationToken);

    /// <summary>Says <c>state ready</c> and <c>health up</c> of a server that is out of the pool or stopped, and reads it back.</summary>
    /// <exception cref="BlueGreenException">There is no socket for it, HAProxy refuses, or the server is down by its check.</exception>
    Task RecallAsync(IdleServer server, CancellationToken cancellationToken);
}
