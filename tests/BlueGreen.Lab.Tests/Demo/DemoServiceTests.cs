using System.Net;
using System.Text.Json.Nodes;
using BlueGreen.Lab.Demo;

namespace BlueGreen.Lab.Tests.Demo;

public sealed class DemoServiceTests : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Its_answer_names_version_and_task()
    {
        await using var server = await StartAsync(new ServeOptions { Version = "2.1", TaskId = "web.instance-1" });

        using var answer = await _http.GetAsync(server.Uri, Cancellation);
        Assert.Equal("version 2.1\n", await answer.Content.ReadAsStringAsync(Cancellation));
        Assert.Equal(["2.1"], answer.Headers.GetValues("X-Version"));
        Assert.Equal(["web.instance-1"], answer.Headers.GetValues("X-Task"));
    }

    [Fact]
    public async Task Metrics_count_slow_requests_in_flight_but_not_themselves()
    {
        await using var server = await StartAsync(new ServeOptions());
        Assert.Equal((0, 0), await MetricsAsync(server));

        var slow = _http.GetStringAsync(new Uri(server.Uri, "slow?ms=400"), Cancellation);
        await LoadBalancer.LiveLoadBalancer.Until(async () => (await MetricsAsync(server)).Pending == 1, "one is pending");
        await slow;
        await LoadBalancer.LiveLoadBalancer.Until(async () => await MetricsAsync(server) == (0, 1), "none is pending, one was served");
    }

    [Fact]
    public async Task A_client_that_leaves_ends_its_pending_operation()
    {
        await using var server = await StartAsync(new ServeOptions());
        using var leave = new CancellationTokenSource();
        var slow = _http.GetStringAsync(new Uri(server.Uri, "slow?ms=60000"), leave.Token);
        await LoadBalancer.LiveLoadBalancer.Until(async () => (await MetricsAsync(server)).Pending == 1, "one is pending");

        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => slow);
        await LoadBalancer.LiveLoadBalancer.Until(async () => await MetricsAsync(server) == (0, 0), "none is pending, none served");
    }

    [Theory]
    [InlineData(false, "health", HttpStatusCode.OK)]
    [InlineData(true, "health", HttpStatusCode.ServiceUnavailable)]
    [InlineData(false, "nothing", HttpStatusCode.NotFound)]
    [InlineData(false, "slow?ms=soon", HttpStatusCode.BadRequest)]
    public async Task Paths_answer_with_their_status(bool unhealthy, string path, HttpStatusCode status)
    {
        await using var server = await StartAsync(new ServeOptions { Unhealthy = unhealthy });

        using var answer = await _http.GetAsync(new Uri(server.Uri, path), Cancellation);
        Assert.Equal(status, answer.StatusCode);
    }

    [Fact]
    public void Marathons_environment_says_address_and_port_and_options_win()
    {
        string? Marathon(string name) => name switch { "HOST" => "127.0.3.4", "PORT0" => "31005", "MESOS_TASK_ID" => "web.1", _ => null };

        var options = ServeOptions.Parse(["--version", "3", "--graceful"], Marathon);
        Assert.Equal(("127.0.3.4", 31005, "web.1", "3", true), (options.Address.ToString(), options.Port, options.TaskId, options.Version, options.Graceful));
        Assert.Equal(99, ServeOptions.Parse(["--port", "99"], Marathon).Port);
    }

    [Theory]
    [InlineData("--port", "http")]
    [InlineData("--port")]
    [InlineData("--colour", "blue")]
    [InlineData("blue")]
    public void A_wrong_option_is_named(params string[] args) =>
        Assert.Contains(args[0], Assert.Throws<CommandLineException>(() => ServeOptions.Parse(args, _ => null)).Message, StringComparison.Ordinal);

    public void Dispose() => _http.Dispose();

    private static Task<DemoServer> StartAsync(ServeOptions options) =>
        DemoServer.StartAsync(options with { Port = 0 }, TimeProvider.System, Cancellation);

    private async Task<(int Pending, int Served)> MetricsAsync(DemoServer server)
    {
        var metrics = JsonNode.Parse(await _http.GetStringAsync(new Uri(server.Uri, "metrics"), Cancellation))!;
        return (metrics["pendingOperations"]!.GetValue<int>(), metrics["served"]!.GetValue<int>());
    }
}
