using BlueGreen.Engine.Haproxy;
using BlueGreen.Simulation.Cluster;

namespace BlueGreen.Simulation.Driving;

/// <summary>
/// A driver's way to the statistics of one load balancer. Each answer is of its own moment, and time passes between them, so that a
/// reload can come between any two.
/// </summary>
internal sealed class StatsConnection(Driver driver, SimulatedLoadBalancer loadBalancer) : IStatsSource
{
    public Task<ImmutableSortedSet<int>> GetPidsAsync(CancellationToken cancellationToken) => Ask(() => loadBalancer.Pids);

    public Task<ServingProcess> GetServingProcessAsync(CancellationToken cancellationToken) =>
        Ask(() => new ServingProcess(loadBalancer.Answering.Pid, driver.World.Now - loadBalancer.Answering.StartedAt, "2.6.12"));

    public Task<ImmutableArray<HaproxyServerStat>> GetServersAsync(string? backend, CancellationToken cancellationToken) => Ask(() => loadBalancer.Read(backend));

    public Task<bool?> GetHasMasterAsync(string? version, CancellationToken cancellationToken) => Ask<bool?>(() => loadBalancer.Shape.HasMaster);

    private Task<T> Ask<T>(Func<T> read)
    {
        var (world, network) = (driver.World, driver.Network);
        var isLost = world.Chance(network.StatsLost);
        var latency = world.Chance(network.StatsSlow) ? world.Between(20, 300) : world.Between(2, 5);
        return driver.Exchange(latency, TimeSpan.Zero, () => isLost || loadBalancer.UnreachableSince is not null
            ? throw new StatsFailure("connection refused")
            : read());
    }
}
