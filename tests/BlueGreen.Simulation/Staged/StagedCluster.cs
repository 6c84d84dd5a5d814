using BlueGreen.Engine;
using BlueGreen.Engine.Deployment;
using BlueGreen.Engine.Haproxy;
using BlueGreen.Engine.Waiting;
using BlueGreen.Simulation.Cluster;
using EngineCluster = BlueGreen.Engine.Deployment.Cluster;

namespace BlueGreen.Simulation.Staged;

/// <summary>
/// The simulated cluster as a stage for one test: calm but for what the test lets happen, under load, and counting what is lost. Every
/// request is answered at once, and waiting moves the time, so that a deployment has ended when the call returns.
/// </summary>
internal sealed class StagedCluster : ILoadBalancerPool, IEngineSink, IWakeUp
{
    public const string Group = "shop";

    private readonly List<StagedLoadBalancer> _loadBalancers;

    public StagedCluster(int loadBalancers = 2, int seed = 1)
    {
        World = new World(seed);
        var trace = new Trace(World, isKept: false);
        var marathon = new SimulatedMarathon(World, trace) { BehaviourOf = _ => TaskBehaviour.Of(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)) };
        Marathon = new StagedMarathon(marathon);
        _loadBalancers = [.. Enumerable.Range(1, loadBalancers).Select(n => new StagedLoadBalancer(World, marathon, n, trace))];
        LoadBalancers = [.. _loadBalancers.Select(lb => lb.Simulated)];
        RequestDuration = TimeSpan.FromSeconds(1);
        marathon.Changed += () => Mark++;
        marathon.Killing += (task, _) => Lost += LoadBalancers.Count(lb => lb.FindRequest(task) is not null);
    }

    public World World { get; }

    public StagedMarathon Marathon { get; }

    /// <summary>The instances that are found. What is taken out of the list is found no more.</summary>
    public List<SimulatedLoadBalancer> LoadBalancers { get; }

    /// <summary>The longest request that is under way when a load balancer reloads.</summary>
    public TimeSpan RequestDuration
    {
        set => LoadBalancers.ForEach(lb => lb.Traffic = new Traffic((int)value.TotalMilliseconds, KeepAlive: 0, Others: 0, OthersMs: 0));
    }

    /// <summary>Tasks that were killed while a load balancer had a request on its way to them.</summary>
    public int Lost { get; private set; }

    public List<EngineEvent> Events { get; } = [];

    public IEnumerable<string> Messages => Events.OfType<EngineMessage>().Select(m => m.Text);

    public long Mark { get; private set; }

    public EngineCluster For(IApproval? approval = null) => new(Marathon, this, World, this, approval ?? ApproveAll.Instance, _ => this);

    public Task<ImmutableArray<ILoadBalancer>> DiscoverAsync(CancellationToken cancellationToken) =>
        Task.FromResult<ImmutableArray<ILoadBalancer>>([.. _loadBalancers.Where(lb => LoadBalancers.Contains(lb.Simulated)).Select(lb => lb.Reader)]);

    public Task<bool> WaitAsync(long mark, TimeSpan atMost, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        // An exchange takes a moment, as over a network: nothing can go on for ever without time passing.
        World.Advance(TimeSpan.FromMilliseconds(1));
        World.Advance(atMost, until: () => Mark > mark);
        return Task.FromResult(Mark > mark);
    }

    public ValueTask DisposeAsync() => default;

    public void Publish(EngineEvent engineEvent) => Events.Add(engineEvent);
}
