namespace BlueGreen.Engine.Haproxy.Runtime;

/// <summary>What a look at a load balancer instance over HTTP told, and what is to be asked of its sockets within the same look.</summary>
/// <param name="Instance">The instance.</param>
/// <param name="Serving">The process that answers over HTTP.</param>
/// <param name="Uptime">Its uptime.</param>
/// <param name="Alive">All processes that the instance names.</param>
/// <param name="Backends">The backends in question.</param>
/// <param name="Ask">Makes so many requests of the instance, each on a connection of its own.</param>
internal sealed record SocketQuery(
    LoadBalancerInstance Instance, int Serving, TimeSpan Uptime, ImmutableSortedSet<int> Alive, IReadOnlyCollection<string> Backends,
    Func<int, CancellationToken, Task> Ask);

/// <summary>Which process serves, as a socket tells.</summary>
/// <param name="Pid">Its id.</param>
/// <param name="Uptime">How long it has run.</param>
internal sealed record ServingIdentity(int Pid, TimeSpan Uptime)
{
    /// <summary>Both are told in whole seconds, and are not read at the same time.</summary>
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(3);

    public bool Fits(int pid, TimeSpan uptime) => Pid == pid && (Uptime - uptime).Duration() <= Tolerance;
}

/// <summary>A socket of one HAProxy, whose load balancer instance is yet to be found out. Not for several callers at once.</summary>
internal interface IRuntimeSocket : IDisposable
{
    RuntimeAddress Address { get; }

    /// <summary>Says which process serves there now, and keeps a connection with it where that is of use later.</summary>
    /// <param name="expected">The process that serves the instance which is being looked at.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <exception cref="BlueGreenException">The socket cannot be reached, or is none.</exception>
    Task<ServingIdentity> IdentifyAsync(int expected, CancellationToken cancellationToken);

    /// <summary>How many connections each frontend of the serving process has had. Called after <see cref="IdentifyAsync"/>.</summary>
    Task<ImmutableDictionary<string, long>> CountConnectionsAsync(CancellationToken cancellationToken);

    /// <summary>What it tells of the processes that no longer serve. Called after <see cref="IdentifyAsync"/>, for the socket's own instance only.</summary>
    Task<SocketReading> ReadAsync(SocketQuery query, CancellationToken cancellationToken);

    /// <summary>Hangs up; the next call connects again.</summary>
    void LetGo();
}
