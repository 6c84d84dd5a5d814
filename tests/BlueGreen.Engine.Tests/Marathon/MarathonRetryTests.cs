using System.Net;
using System.Net.Sockets;
using BlueGreen.Engine.Marathon;
using BlueGreen.Engine.Tests.Session;

namespace BlueGreen.Engine.Tests.Marathon;

public class MarathonRetryTests
{
    private const string Accepted = """{"version":"2026-03-01T10:00:00.000Z","deploymentId":"d-1"}""";

    private static readonly AppDefinition Green = AppDefinition.Parse(
        """{"id":"/shop-green","cmd":"serve","labels":{"HAPROXY_DEPLOYMENT_STARTED_AT":"2026-03-01T11:00:00.000001"}}""", "shop.json");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task A_read_outlives_a_change_of_leader(int status)
    {
        var calls = 0;
        await using var server = await LoopbackServer.StartAsync((http, _) =>
            ++calls > 3 ? http.Json(200, """{"apps":[]}""") : status == 0 ? http.Cut() : http.Empty(status));
        using var marathon = new MarathonAt(server.Address);

        Assert.Empty(await marathon.Client.GetAppsAsync(null, Token));
        Assert.Equal(4, server.Requests.Count);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(409)]
    [InlineData(500)]
    public async Task What_another_try_would_not_change_is_tried_once(int status)
    {
        await using var server = await LoopbackServer.StartAsync((http, _) => http.Json(status, """{"message":"no"}"""));
        using var marathon = new MarathonAt(server.Address);

        await Assert.ThrowsAsync<BlueGreenException>(() => marathon.Client.ScaleAppAsync("/shop", 1, ChangeOptions.Default, Token));

        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task Patience_ends_with_the_number_of_tries()
    {
        using var marathon = new MarathonAt(FreeAddress());

        var error = await Assert.ThrowsAsync<BlueGreenException>(() => marathon.Client.GetAppsAsync(null, Token));

        Assert.Equal(("MarathonUnreachable", ErrorKind.Unavailable), (error.ErrorId, error.Kind));
        Assert.Contains("tried 6 times", error.Message);
    }

    [Fact]
    public async Task A_server_that_never_answers_is_given_up_after_the_time_out()
    {
        await using var server = await LoopbackServer.StartAsync((http, _) => Task.Delay(Timeout.Infinite, http.RequestAborted));
        using var marathon = new MarathonAt([server.Address], MarathonAt.Quick with { RequestTimeout = TimeSpan.FromMilliseconds(100) });

        var error = await Assert.ThrowsAsync<BlueGreenException>(() => marathon.Client.GetInfoAsync(Token));

        Assert.Equal("MarathonUnreachable", error.ErrorId);
        Assert.Contains("no answer within 0.1 s", error.Message);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task Cancelling_ends_the_wait_at_once_and_as_a_cancellation()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        await using var server = await LoopbackServer.StartAsync((http, _) =>
        {
            stop.Cancel();
            return Task.Delay(Timeout.Infinite, http.RequestAborted);
        });
        using var marathon = new MarathonAt(server.Address);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => marathon.Client.GetInfoAsync(stop.Token));
    }

    [Fact]
    public async Task Another_endpoint_is_asked_when_one_is_gone_and_the_one_that_answered_is_remembered()
    {
        await using var server = await LoopbackServer.StartAsync((http, _) => http.Json(200, """{"apps":[]}"""));
        var gone = FreeAddress();
        using var marathon = new MarathonAt(gone, server.Address);

        await marathon.Client.GetAppsAsync(null, Token);
        await marathon.Client.GetAppsAsync(null, Token);

        Assert.Equal(server.Address, marathon.Endpoints.Current);
        Assert.Single(marathon.Sink.Of(MessageLevel.Debug), line => line.Contains($":{gone.Port}/"));
    }

    [Fact]
    public async Task An_app_created_by_a_try_whose_answer_was_lost_counts_as_created()
    {
        var created = false;
        await using var server = await LoopbackServer.StartAsync((http, request) =>
        {
            if (request.Method == "GET") return http.Json(200, """{"app":{"id":"/shop-green","version":"v-1","labels":{"HAPROXY_DEPLOYMENT_STARTED_AT":"2026-03-01T11:00:00.000001"},"deployments":[{"id":"d-2"}]}}""");
            if (created) return http.Json(409, """{"message":"An app with id [/shop-green] already exists."}""");
            created = true;
            return http.Cut();
        });
        using var marathon = new MarathonAt(server.Address);

        Assert.Equal(new AcceptedChange("d-2", "v-1"), await marathon.Client.CreateAppAsync(Green, ChangeOptions.Default, Token));
    }

    [Fact]
    public async Task Anothers_app_of_that_name_does_not_pass_for_the_own_one()
    {
        var lost = false;
        await using var server = await LoopbackServer.StartAsync((http, request) =>
        {
            if (request.Method == "GET") return http.Json(200, """{"app":{"id":"/shop-green","labels":{"HAPROXY_DEPLOYMENT_STARTED_AT":"2026-03-01T11:00:00.000002"}}}""");
            if (lost) return http.Json(409, """{"message":"An app with id [/shop-green] already exists."}""");
            lost = true;
            return http.Cut();
        });
        using var marathon = new MarathonAt(server.Address);

        var error = await Assert.ThrowsAsync<BlueGreenException>(() => marathon.Client.CreateAppAsync(Green, ChangeOptions.Default, Token));

        Assert.Equal("AppExists", error.ErrorId);
    }

    [Theory]
    [InlineData("""{"cmd":"serve","instances":2,"cpus":0.5,"env":{"A":"1"}}""", """{"cmd":"serve","instances":2,"cpus":0.50,"mem":128,"env":{"A":"1"},"user":null}""", true)]
    [InlineData("""{"cmd":"serve"}""", """{"cmd":"other"}""", false)]
    [InlineData("""{"env":{"A":"1"}}""", """{"env":{"A":"1","B":"2"}}""", false)]
    [InlineData("""{"instances":2}""", """{"instances":3}""", false)]
    [InlineData("""{"container":{"docker":{"image":"a:1"}}}""", """{"container":{"docker":{"image":"a:2"}}}""", false)]
    public void Without_the_stamp_the_content_tells_whose_app_it_is(string posted, string live, bool same)
    {
        var app = MarathonApp.Parse(live.Insert(1, """ "id":"/a", """));

        Assert.Equal(same, AppComparison.IsMadeFrom(app, AppDefinition.Parse(posted, "a.json")));
    }

    [Theory]
    [InlineData(4, true)]
    [InlineData(3, false)]
    public async Task A_scaling_whose_answer_was_lost_is_known_by_the_number_of_instances(int found, bool done)
    {
        var lost = false;
        await using var server = await LoopbackServer.StartAsync((http, request) =>
        {
            if (request.Method == "GET") return http.Json(200, $$$"""{"app":{"id":"/shop","instances":{{{found}}},"deployments":[{"id":"d-7"}]}}""");
            if (lost) return http.Json(409, Bodies.Locked);
            lost = true;
            return http.Cut();
        });
        using var marathon = new MarathonAt(server.Address);

        var scaling = marathon.Client.ScaleAppAsync("/shop", 4, ChangeOptions.Default, Token);

        if (done) Assert.Equal("d-7", (await scaling).DeploymentId);
        else Assert.Equal("AppLocked", (await Assert.ThrowsAsync<BlueGreenException>(() => scaling)).ErrorId);
    }

    [Theory]
    [InlineData(4, true)]
    [InlineData(3, false)]
    public async Task A_scaling_of_several_apps_whose_answer_was_lost_is_done_when_all_have_their_number(int second, bool done)
    {
        var lost = false;
        await using var server = await LoopbackServer.StartAsync((http, request) =>
        {
            if (request.PathAndQuery.StartsWith("/v2/apps/shop-blue", StringComparison.Ordinal)) return http.Json(200, """{"app":{"id":"/shop-blue","instances":0,"deployments":[{"id":"d-7"}]}}""");
            if (request.Method == "GET") return http.Json(200, $$$"""{"app":{"id":"/shop-green","instances":{{{second}}},"deployments":[{"id":"d-7"}]}}""");
            if (lost) return http.Json(409, Bodies.Locked);
            lost = true;
            return http.Cut();
        });
        using var marathon = new MarathonAt(server.Address);

        var scaling = marathon.Client.ScaleAppsAsync([("/shop-blue", 0), ("/shop-green", 4)], ChangeOptions.Default, Token);

        if (done) Assert.Equal("d-7", (await scaling).DeploymentId);
        else Assert.Equal("AppLocked", (await Assert.ThrowsAsync<BlueGreenException>(() => scaling)).ErrorId);
    }

    [Fact]
    public async Task A_deletion_whose_answer_was_lost_is_done_when_the_app_is_gone()
    {
        var lost = false;
        await using var server = await LoopbackServer.StartAsync((http, _) =>
        {
            if (lost) return http.Json(404, """{"message":"App '/shop' does not exist"}""");
            lost = true;
            return http.Cut();
        });
        using var marathon = new MarathonAt(server.Address);

        await marathon.Client.DeleteAppAsync("/shop", ChangeOptions.Default, Token);

        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task A_kill_whose_answer_was_lost_is_repeated_as_it_was()
    {
        var lost = false;
        await using var server = await LoopbackServer.StartAsync((http, _) =>
        {
            if (lost) return http.Json(200, Accepted);
            lost = true;
            return http.Cut();
        });
        using var marathon = new MarathonAt(server.Address);

        await marathon.Client.KillTasksAsync(["shop.1"], true, ChangeOptions.Default, Token);

        Assert.Equal(2, server.Requests.Count);
        Assert.Single(server.Requests.Select(r => (r.PathAndQuery, r.Body)).Distinct());
    }

    [Fact]
    public async Task A_renewed_sign_in_gets_one_more_try()
    {
        await using var server = await LoopbackServer.StartAsync((http, request) =>
            request.Authorization == "token=2" ? http.Json(200, """{"apps":[]}""") : http.Text(401, "text/html", "<html>"));
        using var marathon = new MarathonAt([server.Address], null, new Renewing());

        Assert.Empty(await marathon.Client.GetAppsAsync(null, Token));
        Assert.Equal(["token=1", "token=2"], server.Requests.Select(r => r.Authorization));
    }

    private static Uri FreeAddress()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/");
    }

    private sealed class Renewing : IMarathonAuthenticator
    {
        private int _generation = 1;

        public Task<string?> ProveAsync(CancellationToken cancellationToken) => Task.FromResult<string?>($"token={_generation}");

        public Task<bool> RenewAsync(string refused, CancellationToken cancellationToken)
        {
            _generation++;
            return Task.FromResult(true);
        }
    }
}
