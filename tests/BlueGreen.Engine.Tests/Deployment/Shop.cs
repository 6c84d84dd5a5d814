using System.Globalization;
using BlueGreen.Engine.Deployment;
using BlueGreen.Engine.Deployment.Deciding;
using BlueGreen.Engine.Deployment.Journaling;
using BlueGreen.Engine.Deployment.Judging;
using BlueGreen.Engine.Deployment.Observing;
using BlueGreen.Engine.Marathon;
using BlueGreen.Simulation;
using BlueGreen.Simulation.Cluster;
using BlueGreen.Simulation.Staged;
using Newtonsoft.Json.Linq;

namespace BlueGreen.Engine.Tests.Deployment;

/// <summary>A simulated cluster on which version 1 of a shop runs in blue, and green has just been created beside it.</summary>
internal sealed class Shop
{
    private static readonly Roles Roles = new(StagedCluster.Group, "/shop-blue", "/shop-green");
    private readonly int _target;

    public Shop(int instances = 4, int loadBalancers = 2, int seed = 1)
    {
        _target = instances;
        Cluster = new StagedCluster(loadBalancers, seed);
        Create("blue", instances);
        Cluster.World.Advance(TimeSpan.FromSeconds(10));
        Cluster.Marathon.Changes.Clear();
        Cluster.World.Moved += () => LowestServing = Math.Min(LowestServing, Cluster.LoadBalancers.Min(lb => lb.CountServing(StagedCluster.Group)));
    }

    public StagedCluster Cluster { get; }

    public World World => Cluster.World;

    public StagedMarathon Marathon => Cluster.Marathon;

    /// <summary>What the cluster itself saw, not what the engine says.</summary>
    public int LowestServing { get; private set; } = int.MaxValue;

    public RolloutPolicy Policy { get; set; } = new();

    public IApproval Approval { get; set; } = ApproveAll.Instance;

    public IPreKillHook? PreKill { get; set; }

    public IStepGate? Gate { get; set; }

    public IPendingOperations? PendingOperations { get; set; }

    public IJournal? Journal { get; set; }

    public SimulatedApp? Blue => Marathon.Apps.GetValueOrDefault("/shop-blue");

    public SimulatedApp? Green => Marathon.Apps.GetValueOrDefault("/shop-green");

    /// <param name="known">What a run before it has learned of the load balancers; null for nothing.</param>
    public LoopOutcome Deploy(DrainLedger? known = null)
    {
        if (Green is null) Create("green", Policy.Growth.First(Policy.InitialInstances, _target));
        var cluster = Cluster.For(Approval) with { PreKill = PreKill, Gate = Gate, PendingOperations = PendingOperations, Journal = Journal };
        var policy = Policy with { IsGated = Gate is not null };
        var course = new Course(Roles, policy, new Goal(_target), cluster.Rules) { Ledger = known ?? DrainLedger.Empty };
        var loop = new DeploymentLoop(cluster, GroupObserver.ForGroup(cluster, Roles.Group), course);
        var run = loop.RunAsync(before: null, TestContext.Current.CancellationToken);
        Assert.True(run.IsCompleted, "the loop must only ever wait in virtual time");
        return run.GetAwaiter().GetResult();
    }

    public void Create(string colour, int instances, bool tolerateLostAnswer = false)
    {
        var definition = new JObject
        {
            ["id"] = $"/shop-{colour}",
            ["instances"] = instances,
            ["portDefinitions"] = new JArray(new JObject { ["port"] = colour == "blue" ? 10000 : 10001 }),
            ["healthChecks"] = new JArray(new JObject { ["protocol"] = "HTTP" }),
            ["labels"] = new JObject
            {
                [DeploymentLabels.Group] = StagedCluster.Group,
                [DeploymentLabels.Port0] = "10000",
                [DeploymentLabels.Colour] = colour,
                [DeploymentLabels.StartedAt] = World.RightTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffff", CultureInfo.InvariantCulture),
                [DeploymentLabels.TargetInstances] = _target.ToString(CultureInfo.InvariantCulture),
                [DeploymentLabels.NewInstances] = "0",
            },
        };
        var create = Marathon.CreateAppAsync(new AppDefinition(definition), ChangeOptions.Default, default);
        if (!tolerateLostAnswer) create.GetAwaiter().GetResult();
    }
}
