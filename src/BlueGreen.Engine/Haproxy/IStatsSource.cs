namespace BlueGreen.Engine.Haproxy;

/// <summary>
/// The questions that the statistics port of one load balancer instance answers. Each answer is of its own moment, and may come
/// from another process than the one before: what can be concluded from several of them, <see cref="HttpLoadBalancer"/> says.
/// Each throws <see cref="StatsFailure"/> where there is no answer.
/// </summary>
internal interface IStatsSource
{
    /// <summary>All HAProxy processes that the instance names.</summary>
    Task<ImmutableSortedSet<int>> GetPidsAsync(CancellationToken cancellationToken);

    /// <summary>The process that answers now.</summary>
    Task<ServingProcess> GetServingProcessAsync(CancellationToken cancellationToken);

    /// <summary>The servers as the process that answers now sees them.</summary>
    /// <param name="backend">Servers of other backends may come along; null for all.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <exception cref="BlueGreenException"><c>StatsUnreadable</c>.</exception>
    Task<ImmutableArray<HaproxyServerStat>> GetServersAsync(string? backend, CancellationToken cancellationToken);

    /// <summary>
    /// Whether HAProxy runs in master-worker mode; null where nothing tells. A worker has a listener for its master that no reload stops,
    /// and marathon-lb offers HAProxy's metrics (HAProxy 2.0 and later). Before 1.8 there is no such mode.
    /// </summary>
    /// <param name="version">HAProxy's version; null where it is not known.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    Task<bool?> GetHasMasterAsync(string? version, CancellationToken cancellationToken);
}
