using BlueGreen.Engine.Marathon;
using BlueGreen.Engine.Tests.Session;

namespace BlueGreen.Engine.Tests.Marathon;

public class MarathonClientTests
{
    private const string Accepted = """{"version":"2026-03-01T10:00:00.000Z","deploymentId":"d-1"}""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_path_in_front_of_the_api_is_kept_and_ids_are_paths()
    {
        await using var server = await LoopbackServer.StartAsync((http, _) => http.Json(200, Accepted));
        using var marathon = new MarathonAt(new Uri(server.Address, "/service/marathon/"));

        await marathon.Client.ScaleAppAsync("/team a/shop", 3, ChangeOptions.Default, Token);

        var request = Assert.Single(server.Requests);
        Assert.Equal("PUT", request.Method);
        Assert.Equal("/service/marathon/v2/apps/team%20a/shop", request.PathAndQuery);
        Assert.Equal("""{"instances":3}""", request.Body);
    }

    [Theory]
    [InlineData("/shop/../other")]
    [InlineData("/shop/*")]
    [InlineData("/")]
    [InlineData("/shop//web")]
    [InlineData("./shop")]
    public async Task An_id_that_would_lead_elsewhere_is_refused_before_anything_is_sent(string id)
    {
        await using var server = await LoopbackServer.StartAsync((http, _) => http.Json(200, Accepted));
        using var marathon = new MarathonAt(server.Address);

        var error = await Assert.ThrowsAsync<BlueGreenException>(() => marathon.Client.DeleteAppAsync(id, ChangeOptions.Default, Token));

        Assert.Equal("InvalidAppId", error.ErrorId);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task Apps_are_read_with_their_tasks_counts_and_deployments()
    {
        await using var server = await LoopbackServer.StartAsync((http, _) => http.Json(200, Bodies.Apps));
        using var marathon = new MarathonAt(server.Address);

        var app = Assert.Single(await marathon.Client.GetAppsAsync(AppQuery.ForGroup("shop/web"), Token));

        Assert.Equal("/shop-blue", app.Id);
        Assert.Equal(["d-7"], app.Deployments);
        var task = Assert.Single(app.Tasks);
        Assert.Equal(TaskHealth.Healthy, task.Health);
        Assert.Equal([31001], task.Ports);
        Assert.Equal([20000], app.ServicePorts);
        var query = Assert.Single(server.Requests).PathAndQuery;
        Assert.Contains("embed=apps.tasks&embed=apps.counts&embed=apps.deployments", query);
        Assert.EndsWith("&label=HAPROXY_DEPLOYMENT_GROUP%3D%3Dshop%5C%2Fweb", query);
    }

    [Fact]
    public async Task An_app_that_is_not_there_is_null()
    {
        await using var server = await LoopbackServer.StartAsync((http, _) => http.Json(404, """{"message":"App '/shop' does not exist"}"""));
        using var marathon = new MarathonAt(server.Address);

        Assert.Null(await marathon.Client.FindAppAsync("/shop", Token));
    }

    [Fact]
    public async Task A_gateways_page_for_404_does_not_pass_for_an_app_that_is_gone()
    {
        await using var server = await LoopbackServer.StartAsync((http, _) => http.Text(404, "text/html", "<html>no such service</html>"));
        using var marathon = new MarathonAt(server.Address);

        var read = await Assert.ThrowsAsync<BlueGreenException>(() => marathon.Client.FindAppAsync("/shop", Token));
        var delete = await Assert.ThrowsAsync<BlueGreenException>(() => marathon.Client.DeleteAppAsync("/shop", ChangeOptions.Default, Token));

        Assert.Equal("MarathonAnswerUnreadable", read.ErrorId);
        Assert.Contains("an HTML page", read.Message);
        Assert.Equal("MarathonAnswerUnreadable", delete.ErrorId);
    }

    [Fact]
    public async Task Deleting_an_app_that_is_gone_is_done()
    {
        await using var server = await LoopbackServer.StartAsync((http, _) => http.Json(404, """{"message":"App '/shop' does not exist"}"""));
        using var marathon = new MarathonAt(server.Address);

        Assert.Equal(new AcceptedChange(null, null), await marathon.Client.DeleteAppAsync("/shop", ChangeOptions.Default, Token));
    }

    [Fact]
    public async Task A_created_apps_deployment_is_in_the_header_of_the_answer()
    {
        await using var server = await LoopbackServer.StartAsync((http, _) =>
        {
            http.Response.Headers["Marathon-Deployment-Id"] = "d-9";
            return http.Json(201, """{"id":"/shop","version":"2026-03-01T10:00:00.000Z","deployments":[{"id":"d-9"}]}""");
        });
        using var marathon = new MarathonAt(server.Address);

        var change = await marathon.Client.CreateAppAsync(AppDefinition.Parse("""{"id":"shop"}""", "shop.json"), new ChangeOptions(Force: true), Token);

        Assert.Equal(new AcceptedChange("d-9", "2026-03-01T10:00:00.000Z"), change);
        Assert.Equal("/v2/apps?force=true", Assert.Single(server.Requests).PathAndQuery);
    }

    [Theory]
    [InlineData(true, "/v2/tasks/delete?scale=true", Accepted, "d-1")]
    [InlineData(false, "/v2/tasks/delete?scale=false", """{"tasks":[{"id":"shop.1","appId":"/shop","host":"a1"}]}""", null)]
    [InlineData(false, "/v2/tasks/delete?scale=false", "", null)]
    public async Task Tasks_are_killed_by_their_ids(bool scale, string path, string body, string? deployment)
    {
        await using var server = await LoopbackServer.StartAsync((http, _) => http.Json(200, body));
        using var marathon = new MarathonAt(server.Address);

        var change = await marathon.Client.KillTasksAsync(["shop.1", "shop.2", "shop.1"], scale, ChangeOptions.Default, Token);

        Assert.Equal(deployment, change.DeploymentId);
        var request = Assert.Single(server.Requests);
        Assert.Equal(path, request.PathAndQuery);
        Assert.Equal("""{"ids":["shop.1","shop.2"]}""", request.Body);
    }

    [Fact]
    public async Task Several_apps_are_scaled_in_one_request()
    {
        await using var server = await LoopbackServer.StartAsync((http, _) => http.Json(200, Accepted));
        using var marathon = new MarathonAt(server.Address);

        var change = await marathon.Client.ScaleAppsAsync([("shop-blue", 0), ("/shop-green", 4)], new ChangeOptions(Force: true), Token);

        Assert.Equal("d-1", change.DeploymentId);
        var request = Assert.Single(server.Requests);
        Assert.Equal(("PUT", "/v2/apps?force=true"), (request.Method, request.PathAndQuery));
        Assert.Equal("""[{"id":"/shop-blue","instances":0},{"id":"/shop-green","instances":4}]""", request.Body);
    }

    [Fact]
    public async Task Killing_nothing_asks_nothing()
    {
        using var marathon = new MarathonAt(new Uri("http://127.0.0.1:1"));

        Assert.Equal(new AcceptedChange(null, null), await marathon.Client.KillTasksAsync([], true, ChangeOptions.Default, Token));
    }

    [Fact]
    public async Task Deployments_tell_their_steps()
    {
        await using var server = await LoopbackServer.StartAsync((http, _) => http.Json(200, Bodies.Deployments));
        using var marathon = new MarathonAt(server.Address);

        var deployment = Assert.Single(await marathon.Client.GetDeploymentsAsync(Token));

        Assert.Equal(["/shop-green"], deployment.AffectedApps);
        Assert.Equal(["ScaleApplication /shop-green", "StopPod /batch"], deployment.CurrentActions);
        Assert.Equal((1, 2), (deployment.CurrentStep, deployment.TotalSteps));
    }

    [Fact]
    public async Task The_launch_queue_leaves_pods_out()
    {
        await using var server = await LoopbackServer.StartAsync((http, _) => http.Json(200, Bodies.Queue));
        using var marathon = new MarathonAt(server.Address);

        Assert.Equal([new LaunchQueueEntry("/shop-green", 2, TimeSpan.FromSeconds(17), 5, 6)], await marathon.Client.GetLaunchQueueAsync(Token));
    }

    [Fact]
    public async Task A_deployment_given_up_by_force_is_answered_without_a_body()
    {
        await using var server = await LoopbackServer.StartAsync((http, _) => http.Empty(202));
        using var marathon = new MarathonAt(server.Address);

        await marathon.Client.CancelDeploymentAsync("d-1", new ChangeOptions(Force: true), Token);

        Assert.Equal("/v2/deployments/d-1?force=true", Assert.Single(server.Requests).PathAndQuery);
    }

    [Fact]
    public async Task Each_exchange_is_one_line_without_secrets()
    {
        await using var server = await LoopbackServer.StartAsync((http, _) => http.Json(200, """{"name":"marathon","version":"1.11.24","leader":"a1:8080"}"""));
        var address = new UriBuilder(server.Address) { UserName = "ann", Password = "geheim" }.Uri;
        using var marathon = new MarathonAt(address);

        await marathon.Client.GetInfoAsync(Token);

        var line = Assert.Single(marathon.Sink.Of(MessageLevel.Debug));
        Assert.Matches(@"^GET http://127\.0\.0\.1:\d+/v2/info: 200, \d+ ms$", line);
    }
}
