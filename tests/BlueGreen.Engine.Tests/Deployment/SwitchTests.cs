using BlueGreen.Engine.Deployment;
using BlueGreen.Engine.Marathon;
using BlueGreen.Simulation.Staged;

namespace BlueGreen.Engine.Tests.Deployment;

/// <summary>The colours take turns, and at no moment do fewer tasks than wanted serve.</summary>
public class SwitchTests
{
    private const int Target = 4;
    private static readonly RolloutPolicy Keeping = new() { KeepOld = true };
    private readonly StagedCluster _cluster = new();
    private readonly List<int> _serving = [];
    private int _lostBefore;

    [Fact]
    public async Task A_hybrid_is_switched_to_the_new_colour_and_the_old_one_waits_out_of_every_pool()
    {
        await Hybrid();

        var result = await Switch();

        Assert.Equal((DeploymentResult.Switched, "/shop-green", "/shop-blue", "green"), (result.Result, result.NewApp, result.OldApp, result.Colour));
        await AssertServes("/shop-green", waiting: "/shop-blue");
    }

    [Fact]
    public async Task It_is_switched_back_and_forth_with_nothing_lost_and_never_fewer_serving_than_wanted()
    {
        await Hybrid();
        await Switch();

        foreach (var (to, from) in new[] { ("/shop-blue", "/shop-green"), ("/shop-green", "/shop-blue"), ("/shop-blue", "/shop-green") })
        {
            var result = await Switch();

            Assert.Equal((DeploymentResult.Switched, to, from), (result.Result, result.NewApp, result.OldApp));
            Assert.Empty(result.TasksKilledUnproven);
            await AssertServes(to, waiting: from);
        }
    }

    [Fact]
    public async Task A_deployment_that_is_half_way_is_switched_to_either_colour()
    {
        await Deploy();
        await Deploy(new FirstActs(2));
        Watch();

        var there = await Switch();
        Assert.Equal(("/shop-green", DeploymentResult.Switched), (there.NewApp, there.Result));
        await AssertServes("/shop-green", waiting: "/shop-blue");
    }

    [Fact]
    public async Task A_deployment_that_is_half_way_is_switched_back_to_the_colour_that_was_named()
    {
        await Deploy();
        await Deploy(new FirstActs(3));
        Watch();

        var back = await Switch(to: "Blue");

        Assert.Equal(("/shop-blue", DeploymentResult.Switched), (back.NewApp, back.Result));
        await AssertServes("/shop-blue", waiting: "/shop-green");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_colour_that_leaves_is_removed_where_that_was_asked_for(bool twice)
    {
        await Hybrid();
        await Switch();
        if (twice) await Switch();
        var (to, from) = twice ? ("/shop-green", "/shop-blue") : ("/shop-blue", "/shop-green");

        var result = await Switch(policy: new RolloutPolicy());

        Assert.Equal((to, from), (result.NewApp, result.OldApp));
        Assert.Equal(to, Assert.Single(_cluster.Marathon.Apps.Values).Id);
        Assert.Empty(result.TasksKilledUnproven);
        AssertNothingLost();
    }

    [Fact]
    public async Task Nothing_is_done_when_the_colour_that_was_named_serves_alone_already()
    {
        await Hybrid();
        await Switch();
        _cluster.Marathon.Changes.Clear();

        Assert.Equal(DeploymentResult.Switched, (await Switch(to: "green")).Result);

        Assert.Empty(_cluster.Marathon.Changes);
    }

    [Fact]
    public async Task With_one_colour_only_or_another_one_named_there_is_nothing_to_switch_to()
    {
        await Deploy();
        Assert.Equal("NothingToSwitchTo", (await Assert.ThrowsAsync<BlueGreenException>(() => Switch())).ErrorId);

        await Deploy(new FirstActs(1));
        Assert.Equal("NothingToSwitchTo", (await Assert.ThrowsAsync<BlueGreenException>(() => Switch(to: "red"))).ErrorId);
        Assert.Equal("GroupNotFound", (await Assert.ThrowsAsync<BlueGreenException>(
            () => Deployer().SwitchAsync("nowhere", null, Keeping, TestContext.Current.CancellationToken))).ErrorId);
    }

    /// <summary>marathon-lb takes out as many as serve in their place.</summary>
    [Fact]
    public async Task An_old_colour_of_which_some_would_go_on_serving_is_not_kept()
    {
        await Deploy();
        await Deployer(new FirstActs(2)).DeployAsync(Definition, new RolloutPolicy { Instances = 2 }, TestContext.Current.CancellationToken);

        var result = await Switch();

        Assert.Equal((DeploymentResult.Held, "OldColourTooLarge"), (result.Result, result.ReasonId));
        Assert.Equal(4, _cluster.Marathon.Apps["/shop-blue"].Instances);
    }

    [Fact]
    public async Task The_plan_says_that_the_old_colour_is_kept()
    {
        await Hybrid();
        _cluster.Marathon.Changes.Clear();

        var there = await Deployer().PlanSwitchAsync("shop", null, Keeping, TestContext.Current.CancellationToken);
        Assert.Equal("Keep the app and its 3 tasks, out of every pool", there[^1].Action);
        Assert.Empty(_cluster.Marathon.Changes);

        await Switch();
        await Switch();
        var anew = await Deployer().PlanSwitchAsync("shop", null, Keeping, TestContext.Current.CancellationToken);
        Assert.Equal("Deploy it anew beside /shop-blue, step by step, and keep /shop-blue", anew[^1].Action);
    }

    private async Task Hybrid()
    {
        await Deploy();
        var hybrid = await Deployer().DeployAsync(Definition, new RolloutPolicy { NewInstances = 1 }, TestContext.Current.CancellationToken);
        Assert.Equal(DeploymentResult.Hybrid, hybrid.Result);
        _cluster.World.Advance(TimeSpan.FromSeconds(20));
        Watch();
    }

    private Task Deploy(IApproval? approval = null) => Deployer(approval).DeployAsync(Definition, new RolloutPolicy(), TestContext.Current.CancellationToken);

    private Task<BlueGreenDeployment> Switch(string? to = null, RolloutPolicy? policy = null) =>
        Deployer().SwitchAsync("shop", to, policy ?? Keeping, TestContext.Current.CancellationToken);

    private BlueGreenDeployer Deployer(IApproval? approval = null) => new(_cluster.For(approval));

    private void Watch()
    {
        _lostBefore = _cluster.Lost;
        _cluster.World.Moved += () => _serving.Add(_cluster.LoadBalancers.Min(lb => lb.CountServing(StagedCluster.Group)));
    }

    private async Task AssertServes(string id, string waiting)
    {
        var marathon = _cluster.Marathon;
        Assert.Equal(Target, marathon.Apps[id].Instances);
        Assert.All(_cluster.LoadBalancers, lb =>
        {
            Assert.Equal(Target, lb.CountServing(marathon.Apps[id]));
            Assert.Equal(0, lb.CountServing(marathon.Apps[waiting]));
        });
        Assert.True(marathon.Apps[waiting].Instances > 0);
        // Tasks that were killed are listed until they have ended.
        _cluster.World.Advance(TimeSpan.FromSeconds(2));
        var group = Assert.Single(await Deployer().GetGroupsAsync("shop", TestContext.Current.CancellationToken));
        Assert.Equal((GroupState.Standby, id), (group.State, group.Live.Id));
        AssertNothingLost();
    }

    private void AssertNothingLost()
    {
        Assert.Equal(0, _cluster.Lost - _lostBefore);
        Assert.True(_serving.Min() >= Target, $"only {_serving.Min()} of {Target} served for a while");
    }

    private static AppDefinition Definition { get; } = AppDefinition.Parse(
        """
        { "id": "shop", "cmd": "serve", "instances": 4, "portDefinitions": [ { "port": 10000 } ],
          "healthChecks": [ { "protocol": "HTTP", "path": "/health" } ],
          "labels": { "HAPROXY_DEPLOYMENT_GROUP": "shop", "HAPROXY_DEPLOYMENT_ALT_PORT": "10001", "HAPROXY_GROUP": "external" } }
        """, "shop.json");

    /// <summary>The driver is lost after so many acts.</summary>
    private sealed class FirstActs(int count) : IApproval
    {
        private int _left = count;

        public Task<bool> ApproveAsync(PlannedAct act, CancellationToken cancellationToken) => Task.FromResult(_left-- > 0);
    }
}
