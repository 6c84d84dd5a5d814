using BlueGreen.Engine.Haproxy;
using EngineCluster = BlueGreen.Engine.Deployment.Cluster;

namespace BlueGreen.Simulation.Schedules;

/// <summary>Something wrong that is put into the engine, at its seams, to see that schedules find it out.</summary>
internal sealed record DeliberateBug
{
    /// <summary>No bug: the engine as it is.</summary>
    public static DeliberateBug None { get; } = new();

    /// <summary>Changes the rules that a run goes by, or how it sees and changes the cluster.</summary>
    public Func<EngineCluster, EngineCluster> Alter { get; init; } = cluster => cluster;

    /// <summary>Reads a load balancer in place of the engine's own reader; null for that.</summary>
    public Func<LoadBalancerInstance, IStatsSource, TimeProvider, ILoadBalancer>? Reader { get; init; }
}
