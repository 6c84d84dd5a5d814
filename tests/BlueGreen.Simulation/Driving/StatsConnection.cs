using BlueGreen.Engine.Haproxy;
using BlueGreen.Simulation.Cluster;

namespace BlueGreen.Simulation.Driving;

/// <summary>The statistics of one load balancer. Each answer is of its own moment.</summary>
internal abstract class StatsCalls(SimulatedLoadBalancer loadBalancer) : IStatsSource
{
    protected bool IsUnreachable => loadBalancer.IsUnreachable;

    public Task<ImmutableSortedSet<int>> GetPidsAsync(CancellationToken cancellationToken) => AskAsync(() => loadBalancer.Pids);

    public Task<ServingProcess> GetServingProcessAsync(CancellationToken cancellationToken) => AskAsync(() =>
    {
        loadBalancer.Answering.Asked++;
        return loadBalancer.ServingProcess;
    });

    public Task<ImmutableArray<HaproxyServerStat>> GetServersAsync(string? backend, CancellationToken cancellationToken) => AskAsync(() => loadBalancer.Read(backend));

    public Task<bool?> GetHasMasterAsync(string? version, CancellationToken cancellationToken) => AskAsync<bool?>(() => loadBalancer.Shape.HasMaster);

    protected abstract Task<T> AskAsync<T>(Func<T> read);
}

/// <summary>A driver's way to them. Time passes between the answers, so that a reload can come between any two.</summary>
internal sealed class StatsConnection(Driver driver, SimulatedLoadBalancer loadBalancer) : StatsCalls(loadBalancer)
{
    protected override Task<T> AskAsync<T>(Func<T> read)
    {
        var (world, network) = (driver.World, driver.Network);
        var isLost = world.Chance(network.StatsLost);
        var latency = world.Chance(network.StatsSlow) ? world.Between(20, 300) : world.Between(2, 5);
        return driver.Exchange(latency, TimeSpan.Zero, () => isLost || IsUnreachable
            ? throw new StatsFailure("connection refused")
            : read());
    }
}
