using BlueGreen.Engine;
using BlueGreen.Engine.Haproxy;
using BlueGreen.Simulation.Cluster;
using BlueGreen.Simulation.Driving;

namespace BlueGreen.Simulation.Staged;

/// <summary>A simulated load balancer with the engine's own reader in front of it, and nothing in between.</summary>
internal sealed class StagedLoadBalancer
{
    private static readonly LoadBalancerShape Shape = new(HasMaster: true, HasChecks: true, WaitsForHealth: true, LagMs: 150, CheckMs: 2000);

    public StagedLoadBalancer(World world, SimulatedMarathon marathon, int number, Trace trace)
    {
        Simulated = new SimulatedLoadBalancer(world, marathon, new PidSpace(100 * number), Shape, new Traffic(0, 0, 0, 0), number, trace);
        Reader = new HttpLoadBalancer(Simulated.Instance, new Direct(Simulated), TimeSpan.FromSeconds(2), SilentSink.Instance, world);
    }

    public SimulatedLoadBalancer Simulated { get; }

    public ILoadBalancer Reader { get; }

    private sealed class Direct(SimulatedLoadBalancer loadBalancer) : StatsCalls(loadBalancer)
    {
        protected override Task<T> AskAsync<T>(Func<T> read) =>
            IsUnreachable ? Task.FromException<T>(new StatsFailure("connection refused")) : Task.FromResult(read());
    }
}

/// <summary>How tasks behave on the stage.</summary>
internal static class TaskBehaviour
{
    /// <param name="startsAfter">From the offer to running.</param>
    /// <param name="healthyAfter">From running to the first good health result; null for never.</param>
    public static Behaviour Of(TimeSpan startsAfter, TimeSpan? healthyAfter) =>
        new(startsAfter, healthyAfter ?? TimeSpan.Zero, healthyAfter ?? TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(300), IsBroken: healthyAfter is null);
}
