using System.Net;
using BlueGreen.Engine.Deployment;
using BlueGreen.Engine.Deployment.Deciding;
using BlueGreen.Engine.Marathon;
using BlueGreen.Engine.Tests.Session;
using BlueGreen.Simulation.Staged;

namespace BlueGreen.Engine.Tests.Deployment;

/// <summary>The service's own gauge of pending operations.</summary>
public sealed class PendingOperationsTests : IDisposable
{
    private readonly HttpClient _http = new(new HttpClientHandler { UseProxy = false }) { Timeout = Timeout.InfiniteTimeSpan };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void A_deployment_kills_nothing_before_the_gauge_has_been_zero_three_times()
    {
        var shop = new Shop();
        // These list a task as soon as it runs, so that none of the new ones is healthy and not listed.
        foreach (var lb in shop.Cluster.LoadBalancers) lb.Shape = lb.Shape with { WaitsForHealth = false, HasChecks = false };
        var asked = new List<(string Task, TimeSpan At)>();
        var idleAt = shop.World.Now + TimeSpan.FromMinutes(1);
        shop.PendingOperations = new Gauge(task =>
        {
            asked.Add((task.Id, shop.World.Now));
            return shop.World.Now < idleAt ? 2 : 0;
        });
        TimeSpan? deleted = null;
        shop.Marathon.BeforeCall = what => deleted ??= what == "delete /shop-blue" ? shop.World.Now : null;

        var outcome = shop.Deploy();

        Assert.IsType<Decision.Done>(outcome.Decision);
        Assert.True(deleted >= idleAt);
        Assert.All(outcome.Proofs, p => Assert.True(p.IsDrained && p.Evidence.HasFlag(DrainEvidence.PendingOperations) && p.PendingOperations == 0));
        Assert.All(outcome.Proofs.Select(p => p.TaskId), task => Assert.True(asked.Count(a => a.Task == task && a.At >= idleAt) >= 3));
        Assert.DoesNotContain(asked, a => a.Task.Contains("green", StringComparison.Ordinal));
    }

    [Fact]
    public void A_gauge_that_cannot_be_read_holds_the_deployment_with_everything_served()
    {
        var shop = new Shop();
        shop.PendingOperations = new Gauge(task => throw GaugeErrors.Unreadable(task, "connection refused"));

        var hold = Assert.IsType<Decision.Hold>(shop.Deploy().Decision);

        Assert.Equal(Patience.DrainTimeout, hold.ReasonId);
        Assert.Contains("its gauge of pending operations cannot be read", hold.Reason, StringComparison.Ordinal);
        Assert.Equal(4, shop.Blue!.Instances);
    }

    /// <summary>Run with --health-check, marathon-lb never lists such tasks, and Marathon deploys the app for ever.</summary>
    [Fact]
    public async Task A_version_that_never_got_healthy_can_be_undone_by_the_word_of_its_gauge()
    {
        var shop = new Shop();
        shop.Marathon.Behaviour = id => TaskBehaviour.Of(TimeSpan.FromSeconds(1), healthyAfter: id == "/shop-green" ? null : TimeSpan.FromSeconds(1));
        shop.PendingOperations = new Gauge(_ => 0);
        shop.Policy = new RolloutPolicy { HealthTimeout = TimeSpan.FromSeconds(10) };
        Assert.Equal(Patience.HealthTimeout, Assert.IsType<Decision.Hold>(shop.Deploy().Decision).ReasonId);
        var cluster = shop.Cluster.For() with { PendingOperations = shop.PendingOperations };

        var undo = await new BlueGreenDeployer(cluster).GoOnAsync("shop", Direction.Back, shop.Policy, Token);

        Assert.Equal(DeploymentResult.Undone, undo.Result);
        Assert.Null(shop.Green);
    }

    [Fact]
    public async Task It_is_tried_before_anything_is_changed()
    {
        var shop = new Shop();
        var cluster = shop.Cluster.For() with { PendingOperations = new Gauge(task => throw GaugeErrors.Unreadable(task, "no number")) };
        var definition = AppDefinition.Parse("""
            { "id": "/shop", "instances": 4, "portDefinitions": [ { "port": 10000 } ], "healthChecks": [ { "protocol": "HTTP" } ],
              "labels": { "HAPROXY_DEPLOYMENT_GROUP": "shop", "HAPROXY_DEPLOYMENT_ALT_PORT": "10001" } }
            """, "a test");

        var error = await Assert.ThrowsAsync<BlueGreenException>(() => new BlueGreenDeployer(cluster).DeployAsync(definition, new RolloutPolicy(), Token));

        Assert.Equal("PendingOperationsUnreadable", error.ErrorId);
        Assert.Empty(shop.Marathon.Changes);
    }

    [Theory]
    [InlineData("/metrics#/pendingOperations", 7)]
    [InlineData("/metrics#/queues/1/a~1b~0c", 2.5)]
    [InlineData("/number#", 3)]
    public async Task A_path_and_a_pointer_yield_the_number(string text, double expected)
    {
        await using var server = await StartAsync();

        Assert.Equal(expected, await new HttpPendingOperations(text, _http).CountAsync(App(server), App(server).Tasks[0], Token));
    }

    [Theory]
    [InlineData("/metrics#/none", "has nothing at /none")]
    [InlineData("/metrics#/queues/2", "has nothing at /queues/2")]
    [InlineData("/metrics#/name", "/name in the answer of http://127.0.0.1:*/metrics is \"shop\", and a number from 0 on is wanted")]
    [InlineData("/metrics#/negative", "is -1, and a number from 0 on is wanted")]
    [InlineData("/metrics#/nothing", "is null, and a number from 0 on is wanted")]
    [InlineData("/text#/pendingOperations", "does not answer in JSON")]
    [InlineData("/missing#/pendingOperations", "answers with status 404")]
    public async Task What_is_no_number_is_unknown_and_says_why(string text, string why)
    {
        await using var server = await StartAsync();

        var error = await Assert.ThrowsAsync<BlueGreenException>(() => new HttpPendingOperations(text, _http).CountAsync(App(server), App(server).Tasks[0], Token));

        Assert.Equal(("PendingOperationsUnreadable", "t1"), (error.ErrorId, error.Target));
        Assert.Contains(why.Replace("*", $"{server.Address.Port}", StringComparison.Ordinal), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_task_that_does_not_answer_is_unknown()
    {
        var server = await StartAsync();
        var app = App(server);
        await server.DisposeAsync();

        var error = await Assert.ThrowsAsync<BlueGreenException>(() => new HttpPendingOperations("/metrics#/a", _http).CountAsync(app, app.Tasks[0], Token));

        Assert.Equal("PendingOperationsUnreadable", error.ErrorId);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/metrics")]
    [InlineData("metrics#/a")]
    [InlineData("/metrics#a")]
    public void A_text_that_is_no_path_with_a_pointer_is_refused(string text) =>
        Assert.Equal("InvalidPendingOperations", Assert.Throws<BlueGreenException>(() => new HttpPendingOperations(text, _http)).ErrorId);

    public void Dispose() => _http.Dispose();

    private static Task<LoopbackServer> StartAsync() => LoopbackServer.StartAsync((http, request) => request.PathAndQuery switch
    {
        "/metrics" => http.Text(200, "application/json", """{ "pendingOperations": 7, "queues": [ 0, { "a/b~c": 2.5 } ], "name": "shop", "negative": -1, "nothing": null }"""),
        "/number" => http.Text(200, "application/json", "3"),
        "/text" => http.Text(200, "text/plain", "pendingOperations 7"),
        _ => http.Text((int)HttpStatusCode.NotFound, "text/plain", "not here"),
    });

    private static MarathonApp App(LoopbackServer server) => MarathonApp.Parse(
        $$"""
        { "id": "/shop-blue", "portDefinitions": [ { "port": 10000 } ],
          "tasks": [ { "id": "t1", "host": "127.0.0.1", "ports": [ {{server.Address.Port}} ], "state": "TASK_RUNNING" } ] }
        """);

    private sealed class Gauge(Func<MarathonTask, double> count) : IPendingOperations
    {
        public async Task<double> CountAsync(MarathonApp app, MarathonTask task, CancellationToken cancellationToken)
        {
            await Task.CompletedTask;
            return count(task);
        }
    }
}
