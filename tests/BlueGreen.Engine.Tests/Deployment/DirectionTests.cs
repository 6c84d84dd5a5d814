using BlueGreen.Engine.Deployment;
using BlueGreen.Engine.Marathon;
using BlueGreen.Simulation.Staged;
using Newtonsoft.Json.Linq;

namespace BlueGreen.Engine.Tests.Deployment;

/// <summary>On, back, and half-way on purpose, from every state that a deployment can be left in.</summary>
public class DirectionTests
{
    private const int Target = 6;
    private readonly StagedCluster _cluster = new();
    private readonly RolloutPolicy _policy = new();
    private int _lowestServing = int.MaxValue;
    private int _lostBefore;

    /// <summary>How many acts are carried out before the driver is lost: with 6 instances a deployment has creation, 4 scalings, removal.</summary>
    public static TheoryData<int> Acts => [1, 2, 3, 4, 5];

    [Theory]
    [MemberData(nameof(Acts))]
    public async Task A_deployment_that_lost_its_driver_is_finished_by_Resume(int acts)
    {
        await LeaveAfter(acts);

        var result = await Deployer().GoOnAsync("shop", Direction.Forward, _policy, TestContext.Current.CancellationToken);

        Assert.Equal((DeploymentResult.Completed, "/shop-green"), (result.Result, result.NewApp));
        AssertServedAloneBy("/shop-green");
    }

    [Theory]
    [MemberData(nameof(Acts))]
    public async Task A_deployment_is_undone_from_wherever_it_got_to(int acts)
    {
        await LeaveAfter(acts);

        var result = await Deployer().GoOnAsync("shop", Direction.Back, _policy, TestContext.Current.CancellationToken);

        Assert.Equal((DeploymentResult.Undone, "/shop-blue", "/shop-green"), (result.Result, result.NewApp, result.OldApp));
        AssertServedAloneBy("/shop-blue");
    }

    [Fact]
    public async Task A_version_that_never_got_healthy_is_undone_without_touching_a_task_of_the_previous_one()
    {
        await Deploy();
        var tasks = _cluster.Marathon.Apps["/shop-blue"].Tasks.Select(t => t.Id).ToList();
        _cluster.Marathon.Behaviour = id => TaskBehaviour.Of(TimeSpan.FromSeconds(1), id == "/shop-green" ? null : TimeSpan.FromSeconds(1));
        await Deploy(_policy with { HealthTimeout = TimeSpan.FromSeconds(30) });

        await Deployer().GoOnAsync("shop", Direction.Back, _policy, TestContext.Current.CancellationToken);

        AssertServedAloneBy("/shop-blue");
        Assert.Equal(tasks, _cluster.Marathon.Apps["/shop-blue"].Tasks.Select(t => t.Id));
    }

    [Fact]
    public async Task The_way_back_is_planned_without_changing_anything()
    {
        await LeaveAfter(3);
        _cluster.Marathon.Changes.Clear();

        var plan = await Deployer().PlanAsync("shop", Direction.Back, _policy, TestContext.Current.CancellationToken);

        Assert.Equal(
            ["Scale from 6 to 9 instances, without turning the roles", "Kill those 3 tasks once nothing is pending on them",
             "Wait until nothing is pending on 3 of its tasks (at most 300 s)", "Remove the app and its 3 tasks"],
            plan.Select(step => step.Action));
        Assert.Empty(_cluster.Marathon.Changes);
    }

    [Fact]
    public async Task A_failed_deployment_goes_back_by_itself_where_that_was_asked_for()
    {
        await Deploy();
        Watch();
        _cluster.Marathon.Behaviour = id => TaskBehaviour.Of(TimeSpan.FromSeconds(1), id == "/shop-green" ? null : TimeSpan.FromSeconds(1));

        var result = await Deploy(_policy with { HealthTimeout = TimeSpan.FromSeconds(30), OnFailure = FailureAction.Undo });

        Assert.Equal((DeploymentResult.Undone, "HealthTimeout"), (result.Result, result.ReasonId));
        AssertServedAloneBy("/shop-blue");
    }

    [Fact]
    public async Task Sessions_that_do_not_end_are_cut_only_where_that_was_asked_for_and_the_result_names_them()
    {
        await Deploy();
        _cluster.RequestDuration = TimeSpan.FromHours(1);

        var result = await Deploy(_policy with { DrainTimeout = TimeSpan.FromSeconds(30), OnDrainTimeout = DrainTimeoutAction.Kill });

        Assert.Equal(DeploymentResult.Completed, result.Result);
        Assert.NotEmpty(result.TasksKilledUnproven);
        Assert.NotEqual(0, _cluster.Lost);
    }

    [Fact]
    public async Task A_way_back_that_cannot_be_finished_either_holds_with_everything_served()
    {
        await Deploy();
        _cluster.RequestDuration = TimeSpan.FromHours(1);
        Watch();

        var result = await Deploy(_policy with { DrainTimeout = TimeSpan.FromSeconds(30), OnDrainTimeout = DrainTimeoutAction.Undo });

        Assert.Equal((DeploymentResult.Held, "DrainTimeout"), (result.Result, result.ReasonId));
        Assert.Equal(2, _cluster.Marathon.Apps.Count);
        Assert.Equal(0, _cluster.Lost);
        Assert.Equal(Target, _lowestServing);
    }

    /// <summary>zdd.py kills what is drained in each round, and may be lost right after a kill, before it scales.</summary>
    [Theory]
    [InlineData(5, 1, false)]
    [InlineData(4, 2, true)]
    [InlineData(3, 3, false)]
    [InlineData(1, 5, true)]
    public async Task What_zdd_began_is_finished_by_Resume(int blue, int green, bool lostAfterTheKill)
    {
        await AsLeftByZdd(blue, green, lostAfterTheKill);

        await Deployer().GoOnAsync("shop", Direction.Forward, _policy, TestContext.Current.CancellationToken);

        AssertServedAloneBy("/shop-green");
    }

    [Theory]
    [InlineData(5, 1, false)]
    [InlineData(4, 2, true)]
    [InlineData(3, 3, false)]
    [InlineData(1, 5, true)]
    public async Task What_zdd_began_is_undone(int blue, int green, bool lostAfterTheKill)
    {
        await AsLeftByZdd(blue, green, lostAfterTheKill);

        await Deployer().GoOnAsync("shop", Direction.Back, _policy, TestContext.Current.CancellationToken);

        AssertServedAloneBy("/shop-blue");
    }

    /// <summary>The more the returning colour has, the more of it marathon-lb takes out, up to what is healthy of the other.</summary>
    [Fact]
    public async Task The_returning_colour_grows_at_once_to_where_enough_of_it_serves()
    {
        await AsLeftByZdd(blue: 2, green: 6, lostAfterTheKill: false);
        _cluster.Marathon.Changes.Clear();

        await Deployer().GoOnAsync("shop", Direction.Back, _policy, TestContext.Current.CancellationToken);

        Assert.Equal(
            ["scale /shop-blue 11 and /shop-green 7", "scale /shop-blue 12 and /shop-green 6", "kill 6"],
            _cluster.Marathon.Changes.TakeWhile(change => !change.StartsWith("delete", StringComparison.Ordinal)));
        AssertServedAloneBy("/shop-blue");
    }

    [Fact]
    public async Task There_is_no_way_back_to_an_app_that_tells_no_target_since_marathon_lb_would_fail_for_every_app()
    {
        await ByHand();
        await Deploy(approval: new FirstActs(2));
        _cluster.Marathon.Changes.Clear();

        var error = await Assert.ThrowsAsync<BlueGreenException>(() => Deployer().GoOnAsync("shop", Direction.Back, _policy, TestContext.Current.CancellationToken));

        Assert.Equal("NoWayBack", error.ErrorId);
        Assert.Empty(_cluster.Marathon.Changes);
        Assert.Single(_cluster.Messages, m => m.EndsWith("there is no way back to it.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_deployment_goes_on_after_somebody_scaled_an_app_that_tells_no_target()
    {
        await ByHand();
        await Deploy(approval: new FirstActs(2));
        Settle();
        _cluster.Marathon.Scale(_cluster.Marathon.Apps["/shop"], Target + 1);
        Settle();
        Watch();

        await Deployer().GoOnAsync("shop", Direction.Forward, _policy, TestContext.Current.CancellationToken);

        AssertServedAloneBy("/shop-blue");
    }

    [Fact]
    public async Task A_hybrid_keeps_both_in_the_numbers_asked_for_and_can_be_completed()
    {
        await Deploy();

        var hybrid = await Deploy(_policy with { NewInstances = 2 });

        Assert.Equal(DeploymentResult.Hybrid, hybrid.Result);
        Assert.Equal((4, 2), (_cluster.Marathon.Apps["/shop-blue"].Instances, _cluster.Marathon.Apps["/shop-green"].Instances));
        Assert.Equal(GroupState.Hybrid, Assert.Single(await Deployer().GetGroupsAsync("shop", TestContext.Current.CancellationToken)).State);
        Assert.Equal(0, _cluster.Lost);

        Assert.Equal(DeploymentResult.Completed, (await Deployer().GoOnAsync("shop", Direction.ForwardToTheEnd, _policy, TestContext.Current.CancellationToken)).Result);
        AssertServedAloneBy("/shop-green", atLeast: Target - 1);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(1)]
    public async Task The_share_of_the_new_colour_can_be_raised_and_lowered_by_scaling_alone(int newInstances)
    {
        await Deploy();
        await Deploy(_policy with { NewInstances = 2 });

        var result = await Deployer().GoOnAsync("shop", Direction.Forward, _policy with { NewInstances = newInstances }, TestContext.Current.CancellationToken);

        Assert.Equal(DeploymentResult.Hybrid, result.Result);
        Assert.Equal(
            (Target - newInstances, newInstances), (_cluster.Marathon.Apps["/shop-blue"].Instances, _cluster.Marathon.Apps["/shop-green"].Instances));
        Assert.Equal(0, _cluster.Lost);
    }

    [Fact]
    public async Task A_hybrid_is_resumed_as_a_hybrid_and_undone_to_the_previous_colour()
    {
        await Deploy();
        await Deploy(_policy with { NewInstances = 2 }, new FirstActs(1));

        var hybrid = await Deployer().GoOnAsync("shop", Direction.Forward, _policy, TestContext.Current.CancellationToken);
        Assert.Equal(DeploymentResult.Hybrid, hybrid.Result);

        await Deployer().GoOnAsync("shop", Direction.Back, _policy, TestContext.Current.CancellationToken);
        AssertServedAloneBy("/shop-blue", atLeast: Target - 1);
    }

    [Fact]
    public async Task With_one_colour_only_there_is_nothing_to_go_on_with()
    {
        await Deploy();

        var error = await Assert.ThrowsAsync<BlueGreenException>(() => Deployer().GoOnAsync("shop", Direction.Back, _policy, TestContext.Current.CancellationToken));

        Assert.Equal("NoDeploymentInProgress", error.ErrorId);
    }

    private BlueGreenDeployer Deployer(IApproval? approval = null) => new(_cluster.For(approval));

    private Task<BlueGreenDeployment> Deploy(RolloutPolicy? policy = null, IApproval? approval = null) =>
        Deployer(approval).DeployAsync(Definition, policy ?? _policy, TestContext.Current.CancellationToken);

    /// <summary>An app of the group that no blue/green tool made.</summary>
    private async Task ByHand()
    {
        var app = JObject.Parse(Definition.ToJson());
        app["id"] = "/shop";
        await _cluster.Marathon.CreateAppAsync(new AppDefinition(app), ChangeOptions.Default, TestContext.Current.CancellationToken);
        Settle();
    }

    private async Task LeaveAfter(int acts)
    {
        await Deploy();
        Watch();
        await Deploy(approval: new FirstActs(acts));
        Settle();
    }

    private async Task AsLeftByZdd(int blue, int green, bool lostAfterTheKill)
    {
        await Deploy();
        await Deploy(approval: new FirstActs(1));
        var marathon = _cluster.Marathon;
        Settle();
        if (lostAfterTheKill) marathon.Scale(marathon.Apps["/shop-green"], green);
        Settle();
        marathon.Scale(marathon.Apps["/shop-blue"], blue);
        if (!lostAfterTheKill) marathon.Scale(marathon.Apps["/shop-green"], green);
        Settle();
        Watch(atLeast: Math.Min(Target, blue + green));
    }

    private void Settle() => _cluster.World.Advance(TimeSpan.FromSeconds(20));

    private void Watch(int atLeast = 0)
    {
        Assert.All(_cluster.LoadBalancers, lb => Assert.True(lb.CountServing(StagedCluster.Group) >= atLeast));
        _lostBefore = _cluster.Lost;
        _cluster.World.Moved += () => _lowestServing = Math.Min(_lowestServing, _cluster.LoadBalancers.Min(lb => lb.CountServing(StagedCluster.Group)));
    }

    private void AssertServedAloneBy(string id, int atLeast = Target)
    {
        var app = Assert.Single(_cluster.Marathon.Apps.Values);
        Assert.Equal((id, Target), (app.Id, app.Instances));
        Assert.All(_cluster.LoadBalancers, lb => Assert.Equal(Target, lb.CountServing(StagedCluster.Group)));
        Assert.Equal(0, _cluster.Lost - _lostBefore);
        Assert.True(_lowestServing >= atLeast, $"only {_lowestServing} of {Target} served for a while");
    }

    private static AppDefinition Definition { get; } = AppDefinition.Parse(
        """
        { "id": "shop", "cmd": "serve", "instances": 6, "portDefinitions": [ { "port": 10000 } ],
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
