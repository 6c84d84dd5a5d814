using System.Text.Json.Nodes;
using BlueGreen.Engine.Deployment.Observing;
using BlueGreen.Engine.Marathon;
using BlueGreen.Simulation.Staged;
using BlueGreen.Engine.Waiting;

namespace BlueGreen.Engine.Tests.Waiting;

/// <summary>In virtual time: what is said to take minutes takes none.</summary>
public sealed class ClusterWaitsTests : IEngineSink
{
    private readonly StagedCluster _cluster = new(loadBalancers: 0);
    private readonly List<ProgressEvent> _progress = [];

    private ClusterWaits Waits => new(_cluster.Marathon, this, _cluster.World, (_, _) => _cluster);

    [Fact]
    public async Task An_app_is_ready_when_all_its_tasks_are_healthy_and_nothing_holds_it()
    {
        await CreateAsync("/shop", 3);
        var began = _cluster.World.Now;
        var app = await Waits.WaitForAppAsync("/shop", TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        Assert.Equal(3, app.TasksHealthy);
        Assert.False(app.IsDeploying);
        Assert.InRange(_cluster.World.Now - began, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(5));
        Assert.Contains(_progress, p => p.Status.Contains("0 of 3 healthy", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_app_that_does_not_get_healthy_is_an_error_with_the_reason_when_the_time_is_over()
    {
        _cluster.Marathon.Behaviour = _ => TaskBehaviour.Of(TimeSpan.FromSeconds(1), healthyAfter: null);
        await CreateAsync("/shop", 2);
        var began = _cluster.World.Now;
        var error = await Assert.ThrowsAsync<BlueGreenException>(
            () => Waits.WaitForAppAsync("/shop", TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        Assert.Equal(("AppNotReady", ErrorKind.Timeout, "/shop"), (error.ErrorId, error.Kind, error.Target));
        Assert.Contains("0 of 2 healthy", error.Message, StringComparison.Ordinal);
        Assert.InRange(_cluster.World.Now - began, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(31));
    }

    [Fact]
    public async Task Each_of_several_apps_comes_as_soon_as_it_is_ready_whatever_the_others_do()
    {
        _cluster.Marathon.Behaviour = id => TaskBehaviour.Of(TimeSpan.FromSeconds(1), id == "/slow" ? null : TimeSpan.FromSeconds(id == "/a" ? 9 : 2));
        foreach (var id in new[] { "/a", "/b", "/slow" }) await CreateAsync(id, 1);
        var ready = new List<string>();
        var failed = new List<string?>();
        await Waits.WaitForAppsAsync(
            ["/a", "/b", "/slow", "/nowhere"], TimeSpan.FromSeconds(20), app => ready.Add(app.Id), error => failed.Add($"{error.ErrorId} {error.Target}"),
            TestContext.Current.CancellationToken);
        Assert.Equal(["/b", "/a"], ready);
        Assert.Equal(["AppNotFound /nowhere", "AppNotReady /slow"], failed);
    }

    [Fact]
    public async Task An_outage_of_Marathon_does_not_end_a_wait()
    {
        await CreateAsync("/shop", 1);
        var until = _cluster.World.Now + TimeSpan.FromSeconds(20);
        _cluster.Marathon.BeforeCall = _ =>
        {
            if (_cluster.World.Now < until) throw new BlueGreenException(ErrorKind.Unavailable, "MarathonUnreachable", "nobody answers", "");
        };
        Assert.Equal("/shop", (await Waits.WaitForAppAsync("/shop", TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken)).Id);
        Assert.True(_cluster.World.Now >= until);
    }

    [Fact]
    public void The_reasons_name_what_holds_tasks_back()
    {
        var app = MarathonApp.Parse(
            """{ "id": "/a", "instances": 2, "tasksRunning": 0, "lastTaskFailure": { "message": "exit 1" }, "deployments": [{ "id": "d-1" }] }""");
        Assert.Equal(
            "0 of 2 running; the next launch is held back for 12 s after failures; the last task failed: exit 1; deployment d-1 is under way",
            AppReadiness.Of(app, new LaunchQueueEntry("/a", 2, TimeSpan.FromSeconds(12), 0, 0)).Reason);
        Assert.Contains("none of 30 offers of resources fits", AppReadiness.Of(app, new LaunchQueueEntry("/a", 2, TimeSpan.Zero, 30, 30)).Reason, StringComparison.Ordinal);
        Assert.False(AppReadiness.Of(app, null).IsReady);
    }

    void IEngineSink.Publish(EngineEvent engineEvent)
    {
        if (engineEvent is ProgressEvent progress) _progress.Add(progress);
    }

    private async Task CreateAsync(string id, int instances)
    {
        var definition = AppDefinition.Parse(
            new JsonObject
            {
                ["id"] = id,
                ["instances"] = instances,
                ["healthChecks"] = new JsonArray(new JsonObject { ["protocol"] = "HTTP" }),
                ["portDefinitions"] = new JsonArray(new JsonObject { ["port"] = 10000 }),
            }.ToJsonString(), "app.json");
        await _cluster.Marathon.CreateAppAsync(definition, ChangeOptions.Default, TestContext.Current.CancellationToken);
    }
}
