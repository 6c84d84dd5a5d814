namespace BlueGreen.Engine.Haproxy;

/// <summary>How far a reading of a load balancer can be trusted.</summary>
public enum ReadingQuality
{
    /// <summary>The process set was the same before and after the statistics were read.</summary>
    Consistent,

    /// <summary>A reload came in between: nothing can be concluded.</summary>
    Torn,

    /// <summary>The instance did not answer, or not in a way that can be understood.</summary>
    Unreachable,
}

/// <summary>One HAProxy that takes traffic, known by its statistics address.</summary>
/// <param name="Name">Address and port, such as <c>10.0.6.25:9090</c>.</param>
/// <param name="StatsUri">Base address of its statistics port.</param>
public sealed record LoadBalancerInstance(string Name, Uri StatsUri)
{
    /// <inheritdoc/>
    public override string ToString() => Name;
}

/// <summary>The HAProxy processes of a load balancer instance at one moment.</summary>
/// <param name="Serving">The process that takes new connections.</param>
/// <param name="Uptime">How long the serving process has run: the time since the last reload.</param>
/// <param name="All">Every HAProxy process that the instance names, the serving one and a master among them.</param>
/// <param name="HaproxyVersion">HAProxy's version; null where the page does not say.</param>
public sealed record ProcessSet(int Serving, TimeSpan Uptime, ImmutableSortedSet<int> All, string? HaproxyVersion = null)
{
    /// <summary>All but the serving process: old workers, the master, and processes of others.</summary>
    public ImmutableSortedSet<int> Others => All.Remove(Serving);

    /// <summary>Whether there is a master among them (master-worker mode); null where nothing tells.</summary>
    public bool? HasMaster { get; init; }
}

/// <summary>What one load balancer instance said, all at one moment.</summary>
/// <param name="Instance">Who said it.</param>
/// <param name="At">When it was read.</param>
/// <param name="Quality">How far it can be trusted.</param>
/// <param name="Problem">Why it cannot be trusted, in words; null when it can.</param>
/// <param name="Processes">The processes; null unless consistent.</param>
/// <param name="Servers">The servers of the backends that were asked for; empty unless consistent.</param>
public sealed record LoadBalancerReading(
    LoadBalancerInstance Instance,
    DateTimeOffset At,
    ReadingQuality Quality,
    string? Problem,
    ProcessSet? Processes,
    ImmutableArray<HaproxyServerStat> Servers)
{
    /// <summary>What HAProxy's sockets told, read between the same two readings of the process set.</summary>
    public SocketReading Sockets { get; init; } = SocketReading.None;
}

/// <summary>Reads one load balancer instance.</summary>
public interface ILoadBalancer
{
    /// <summary>Which one.</summary>
    LoadBalancerInstance Instance { get; }

    /// <summary>
    /// Reads the servers of the named backends between two readings of the process set. Never throws for what the
    /// instance does or does not answer: that is the reading's <see cref="LoadBalancerReading.Quality"/>.
    /// </summary>
    /// <param name="backends">Exact backend names; empty reads all.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    Task<LoadBalancerReading> ReadAsync(IReadOnlyCollection<string> backends, CancellationToken cancellationToken);
}

/// <summary>Finds the load balancer instances that take traffic.</summary>
public interface ILoadBalancerPool
{
    /// <summary>All instances, ordered by name. Asked again and again, since instances come and go.</summary>
    Task<ImmutableArray<ILoadBalancer>> DiscoverAsync(CancellationToken cancellationToken);
}
