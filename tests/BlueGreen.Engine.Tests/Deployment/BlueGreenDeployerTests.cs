using BlueGreen.Engine.Deployment;
using BlueGreen.Engine.Haproxy;
using BlueGreen.Engine.Marathon;
using BlueGreen.Simulation.Staged;
using Newtonsoft.Json.Linq;

namespace BlueGreen.Engine.Tests.Deployment;

public class BlueGreenDeployerTests
{
    private readonly StagedCluster _cluster = new();
    private readonly RolloutPolicy _policy = new();

    [Fact]
    public async Task A_first_deployment_creates_blue_and_ends_when_all_of_it_serves()
    {
        var result = await Deploy(Definition());

        Assert.Equal(DeploymentResult.Created, result.Result);
        Assert.Equal(("/shop-blue", "blue", 4), (result.NewApp, result.Colour, result.Target));
        Assert.All(_cluster.LoadBalancers, lb => Assert.Equal(4, lb.CountServing(StagedCluster.Group)));
    }

    [Fact]
    public async Task The_second_deployment_replaces_blue_by_green_and_the_third_green_by_blue()
    {
        await Deploy(Definition());

        var second = await Deploy(Definition());
        var third = await Deploy(Definition());

        Assert.Equal(("/shop-blue", "/shop-green", DeploymentResult.Completed), (second.OldApp, second.NewApp, second.Result));
        Assert.Equal(("/shop-green", "/shop-blue", DeploymentResult.Completed), (third.OldApp, third.NewApp, third.Result));
        Assert.Equal(4, second.Rounds);
        Assert.Equal(4, second.TasksKilled);
        Assert.Empty(second.TasksKilledUnproven);
        Assert.Equal(0, _cluster.Lost);
    }

    [Fact]
    public async Task A_new_target_lets_the_service_grow_with_the_deployment()
    {
        await Deploy(Definition());

        var result = await Deploy(Definition(), _policy with { Instances = 6 });

        Assert.Equal(6, result.Target);
        Assert.Equal(6, _cluster.Marathon.Apps["/shop-green"].Instances);
    }

    [Fact]
    public async Task A_smaller_target_lets_the_service_shrink_with_the_deployment()
    {
        await Deploy(Definition());

        var result = await Deploy(Definition(), _policy with { Instances = 3 });

        Assert.Equal((DeploymentResult.Completed, 3), (result.Result, result.Target));
        Assert.Equal(3, Assert.Single(_cluster.Marathon.Apps.Values).Instances);
        Assert.Equal(4, result.TasksKilled);
        Assert.Empty(result.TasksKilledUnproven);
        Assert.Equal(0, _cluster.Lost);
        Assert.True(result.LowestServing >= 3, $"{result.LowestServing} served");
    }

    [Fact]
    public async Task A_plan_says_every_step_and_changes_nothing()
    {
        await Deploy(Definition());
        _cluster.Marathon.Changes.Clear();

        var plan = await new BlueGreenDeployer(_cluster.For()).PlanAsync(Definition(), _policy, TestContext.Current.CancellationToken);

        Assert.Empty(_cluster.Marathon.Changes);
        Assert.Equal(
            ["Create with 1 of 4 instances", "Scale from 1 to 2 instances", "Scale from 2 to 3 instances", "Scale from 3 to 4 instances", "Remove the app and its 4 tasks"],
            plan.Select(step => step.Action).Where(action => !action.StartsWith("Wait", StringComparison.Ordinal)));
        Assert.Equal(Enumerable.Range(1, plan.Length), plan.Select(step => step.Number));
    }

    [Fact]
    public async Task An_app_without_health_checks_is_refused_before_anything_is_changed()
    {
        var error = await Refused(Definition(healthChecks: "[]"));

        Assert.Equal((ErrorKind.Unsafe, "NoHealthChecks"), (error.Kind, error.ErrorId));
    }

    /// <summary>marathon-lb reads where the tasks of both colours are reached off one of them.</summary>
    [Theory]
    [InlineData("host", 80, "bridge", 80, false)]
    [InlineData("host", 80, "container", 80, true)]
    [InlineData("container", 80, "bridge", 80, true)]
    [InlineData("container", 80, "container", 8080, true)]
    [InlineData("container", 80, "container", 80, false)]
    [InlineData("bridge", 80, "bridge", 8080, false)]
    public async Task Another_network_is_refused_where_marathon_lb_would_not_find_the_tasks(string first, int firstPort, string second, int secondPort, bool refused)
    {
        await Deploy(Networked(first, firstPort));

        if (refused) Assert.Equal("NetworkingChanged", (await Refused(Networked(second, secondPort))).ErrorId);
        else await new BlueGreenDeployer(_cluster.For()).PlanAsync(Networked(second, secondPort), _policy, TestContext.Current.CancellationToken);
        await new BlueGreenDeployer(_cluster.For()).PlanAsync(Networked(second, secondPort), _policy with { Force = true }, TestContext.Current.CancellationToken);
    }

    private static AppDefinition Networked(string mode, int containerPort)
    {
        var app = JObject.Parse(Definition().ToJson());
        if (mode == "host") return new AppDefinition(app);
        app["networks"] = new JArray(new JObject { ["mode"] = mode == "bridge" ? "container/bridge" : "container" });
        app["container"] = new JObject
        {
            ["portMappings"] = new JArray(new JObject { ["containerPort"] = containerPort, ["servicePort"] = 10000 }),
        };
        return new AppDefinition(app);
    }

    [Fact]
    public async Task A_group_with_two_apps_is_refused_and_both_are_named()
    {
        await Deploy(Definition());
        await Deploy(Definition(), _policy, new OnlyCreate());

        var error = await Refused(Definition());

        Assert.Equal("DeploymentInProgress", error.ErrorId);
        Assert.Contains("/shop-blue and /shop-green", error.Message);
    }

    [Fact]
    public async Task A_load_balancer_that_cannot_be_read_is_named_before_anything_is_changed()
    {
        await Deploy(Definition());
        _cluster.LoadBalancers[1].IsUnreachable = true;

        var error = await Refused(Definition());

        Assert.Equal(("LoadBalancerUnreachable", "10.0.0.2:9090"), (error.ErrorId, error.Target));
    }

    [Fact]
    public async Task Without_a_load_balancer_nothing_is_begun()
    {
        _cluster.LoadBalancers.Clear();

        Assert.Equal("NoLoadBalancer", (await Refused(Definition())).ErrorId);
    }

    [Fact]
    public async Task Not_confirming_the_creation_changes_nothing()
    {
        var result = await Deploy(Definition(), _policy, new Never());

        Assert.Equal(DeploymentResult.Stopped, result.Result);
        Assert.Empty(_cluster.Marathon.Apps);
    }

    [Fact]
    public async Task A_group_says_who_is_live_and_how_the_traffic_is_shared()
    {
        await Deploy(Definition());
        var stable = Assert.Single(await new BlueGreenDeployer(_cluster.For()).GetGroupsAsync(null, TestContext.Current.CancellationToken));
        await Deploy(Definition(), _policy, new OnlyCreate());
        _cluster.World.Advance(TimeSpan.FromSeconds(10));

        var deploying = Assert.Single(await new BlueGreenDeployer(_cluster.For()).GetGroupsAsync("shop", TestContext.Current.CancellationToken));

        Assert.Equal((GroupState.Stable, "blue"), (stable.State, stable.LiveColour));
        Assert.Equal((GroupState.Deploying, "blue"), (deploying.State, deploying.LiveColour));
        Assert.Equal(0.25, deploying.TrafficShare["/shop-green"]);
        Assert.Equal([10000], deploying.Ports);
    }

    [Fact]
    public async Task Waiting_for_a_drain_that_does_not_end_says_after_its_time_what_it_waits_for()
    {
        await Deploy(Definition());
        _cluster.RequestDuration = TimeSpan.FromHours(1);
        await Deploy(Definition(), _policy, new OnlyCreate());
        _cluster.World.Advance(TimeSpan.FromSeconds(10));

        var proofs = await new BlueGreenDeployer(_cluster.For()).WaitForDrainAsync("/shop-blue", [], TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        Assert.Equal(8, proofs.Length);
        Assert.Contains(proofs, p => p.WaitsFor == "it still gets requests");
    }

    private static AppDefinition Definition(string healthChecks = """[ { "protocol": "HTTP", "path": "/health" } ]""") => AppDefinition.Parse(
        $$"""
        { "id": "shop", "cmd": "serve", "instances": 4, "portDefinitions": [ { "port": 10000 } ], "healthChecks": {{healthChecks}},
          "labels": { "HAPROXY_DEPLOYMENT_GROUP": "shop", "HAPROXY_DEPLOYMENT_ALT_PORT": "10001", "HAPROXY_GROUP": "external" } }
        """, "shop.json");

    private Task<BlueGreenDeployment> Deploy(AppDefinition definition, RolloutPolicy? policy = null, IApproval? approval = null) =>
        new BlueGreenDeployer(_cluster.For(approval)).DeployAsync(definition, policy ?? _policy, TestContext.Current.CancellationToken);

    private async Task<BlueGreenException> Refused(AppDefinition definition)
    {
        _cluster.Marathon.Changes.Clear();
        var error = await Assert.ThrowsAsync<BlueGreenException>(() => Deploy(definition));
        Assert.Empty(_cluster.Marathon.Changes);
        Assert.NotEmpty(error.Remedy);
        return error;
    }

    private sealed class Never : IApproval
    {
        public Task<bool> ApproveAsync(PlannedAct act, CancellationToken cancellationToken) => Task.FromResult(false);
    }

    private sealed class OnlyCreate : IApproval
    {
        public Task<bool> ApproveAsync(PlannedAct act, CancellationToken cancellationToken) =>
            Task.FromResult(act.Action.StartsWith("Create", StringComparison.Ordinal));
    }
}
