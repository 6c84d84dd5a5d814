using BlueGreen.Engine.Deployment;
using BlueGreen.Engine.Haproxy;

namespace BlueGreen.Engine.Tests.Simulation;

/// <summary>A whole cluster in virtual time, under load, that counts what is lost.</summary>
internal sealed class SimulatedCluster : ILoadBalancerPool, IEngineSink
{
    public const string Group = "shop";

    public SimulatedCluster(int loadBalancers = 2, int seed = 1)
    {
        World = new World(seed);
        Marathon = new SimulatedMarathon(World);
        LoadBalancers = [.. Enumerable.Range(1, loadBalancers).Select(n => new SimulatedLoadBalancer(World, Marathon, Group, n))];
        Marathon.Killed += task => Lost += LoadBalancers.Sum(lb => lb.InFlight.Count(r => r.Task == task && r.Ends > World.Now));
        World.Every(TimeSpan.FromMilliseconds(50), () => LoadBalancers.ForEach(lb => lb.Send(() => RequestDuration * World.Random.NextDouble())));
    }

    public World World { get; }

    public SimulatedMarathon Marathon { get; }

    public List<SimulatedLoadBalancer> LoadBalancers { get; }

    public TimeSpan RequestDuration { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Requests that were in flight to a task when it was killed.</summary>
    public int Lost { get; private set; }

    public List<EngineEvent> Events { get; } = [];

    public IEnumerable<string> Messages => Events.OfType<EngineMessage>().Select(m => m.Text);

    public Cluster For(IApproval? approval = null) => new(Marathon, this, World, this, approval ?? ApproveAll.Instance, _ => World);

    public Task<ImmutableArray<ILoadBalancer>> DiscoverAsync(CancellationToken cancellationToken) =>
        Task.FromResult<ImmutableArray<ILoadBalancer>>([.. LoadBalancers]);

    public void Publish(EngineEvent engineEvent) => Events.Add(engineEvent);
}
