using BlueGreen.Engine.Deployment.Locking;
using BlueGreen.Simulation.Cluster;

namespace BlueGreen.Simulation.Driving;

/// <summary>Everything that is there: the cluster, its load balancers, and the network that leads to them.</summary>
internal sealed class Estate(World world, Trace trace, SimulatedMarathon marathon)
{
    public World World { get; } = world;

    public Trace Trace { get; } = trace;

    public SimulatedMarathon Marathon { get; } = marathon;

    public List<SimulatedLoadBalancer> LoadBalancers { get; } = [];

    /// <summary>How many changes were answered late or not at all, and drivers killed: each may leave a task too many.</summary>
    public int LooseEnds { get; set; }

    /// <summary>
    /// The most instances that drivers have asked for, by app. To turn the roles a colour is made larger than wanted for some time; who is lost
    /// then leaves it so.
    /// </summary>
    public Dictionary<string, int> MostAskedFor { get; } = [];

    /// <summary>Drivers that are no more.</summary>
    public HashSet<DriverIdentity> Gone { get; } = [];

    public Network Network { get; set; } = Network.Calm;
}
