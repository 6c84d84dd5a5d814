using System.Net;
using System.Net.Sockets;
using BlueGreen.Engine.Haproxy;
using BlueGreen.Engine.Session;
using BlueGreen.Engine.Tests.Marathon;
using BlueGreen.Engine.Tests.Session;

namespace BlueGreen.Engine.Tests.Haproxy;

public sealed class MarathonAppSourceTests : IAsyncLifetime
{
    private const string HostNetworking = """ "networks":[{"mode":"host"}] """;

    private readonly RecordingSink _sink = new();
    private LoopbackServer _server = null!;
    private MarathonAt _marathon = null!;
    private volatile string? _app;
    private volatile int _status = 200;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await LoopbackServer.StartAsync((http, _) =>
            _status != 200 ? http.Empty(_status)
            : _app is { } app ? http.Json(200, "{\"app\":{\"id\":\"/infra/lb\"," + app + "}}")
            : http.Json(404, """{"message":"App '/infra/lb' does not exist"}"""));
        _marathon = new MarathonAt(_server.Address);
    }

    public async ValueTask DisposeAsync()
    {
        _marathon.Dispose();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData("marathon:/infra/lb", "/infra/lb", 9090)]
    [InlineData("marathon:///infra/lb:9091", "/infra/lb", 9091)]
    [InlineData("marathon:/lb/", "/lb", 9090)]
    [InlineData("marathon://stats:ge%20heim@app/lb:80", "/lb", 80)]
    public void The_address_names_an_app_and_a_port(string address, string id, int port)
    {
        var read = MarathonAppAddress.Parse(new Uri(address));

        Assert.Equal((id, port), (read.AppId, read.Port));
        Assert.DoesNotContain("heim", read.ToString() + read.Bare);
        Assert.Equal(read with { UserInfo = "" }, MarathonAppAddress.Parse(read.Bare));
    }

    [Theory]
    [InlineData("marathon://marathon-lb")]
    [InlineData("marathon://infra/marathon-lb")]
    [InlineData("marathon://stats:geheim@infra/marathon-lb")]
    [InlineData("marathon:marathon-lb")]
    [InlineData("marathon:/")]
    [InlineData("marathon:/lb:http")]
    [InlineData("marathon:/lb:0")]
    public void An_address_that_names_none_is_refused_and_the_right_way_is_shown(string address)
    {
        var error = Assert.Throws<BlueGreenException>(() => MarathonAppAddress.Parse(new Uri(address)));

        Assert.Equal("InvalidAddress", error.ErrorId);
        Assert.Contains("marathon:/marathon-lb", error.Remedy);
        Assert.DoesNotContain("geheim", error.Message + error.Target);
    }

    [Theory]
    [InlineData(HostNetworking, "10.0.0.5", 9090, "10.0.0.5:9090")]
    [InlineData(HostNetworking, "agent-1", 9091, "10.1.1.1:9091")]
    [InlineData(""" "networks":[{"mode":"container"}],"container":{"portMappings":[{"containerPort":9090}]} """, "agent-1", 9090, "10.2.2.2:9090")]
    [InlineData(""" "networks":[{"mode":"container/bridge"}],"container":{"portMappings":[{"containerPort":80},{"containerPort":9090}]} """, "10.0.0.5", 9090, "10.0.0.5:31002")]
    [InlineData(""" "networks":[{"mode":"container/bridge"}],"container":{"portMappings":[{"containerPort":80}]} """, "10.0.0.5", 31002, "10.0.0.5:31002")]
    public async Task Each_task_is_an_instance_at_the_port_at_which_its_statistics_are_reached(string networking, string host, int port, string expected)
    {
        _app = $"{networking},{Tasks(("TASK_RUNNING", host))}";

        var found = await Source(port).FindAsync(Token);

        Assert.Equal(expected, Assert.Single(found).Name);
    }

    [Fact]
    public async Task Tasks_that_may_have_requests_count_and_others_do_not()
    {
        _app = HostNetworking + "," + Tasks(
            ("TASK_RUNNING", "10.0.0.1"), ("TASK_STAGING", "10.0.0.2"), ("TASK_KILLING", "10.0.0.3"), ("TASK_UNREACHABLE", "10.0.0.4"), ("TASK_FAILED", "10.0.0.5"));

        Assert.Equal(["10.0.0.1:9090", "10.0.0.3:9090", "10.0.0.4:9090"], (await Source().FindAsync(Token)).Select(a => a.Name));
    }

    [Fact]
    public async Task Without_an_app_or_a_task_or_an_address_there_is_nothing_to_go_on_with()
    {
        Assert.Equal(("LoadBalancerAppNotFound", ErrorKind.NotFound), await FailAsync());
        _app = HostNetworking + "," + Tasks(("TASK_STAGING", "10.0.0.2"));
        Assert.Equal(("LoadBalancerAppEmpty", ErrorKind.Unavailable), await FailAsync());
        _app = HostNetworking + "," + Tasks(("TASK_RUNNING", "nowhere"));
        Assert.Equal(("LoadBalancerUnresolvable", ErrorKind.Unavailable), await FailAsync());
        _status = 503;
        Assert.Equal(("MarathonUnreachable", ErrorKind.Unavailable), await FailAsync());
    }

    [Fact]
    public async Task What_was_known_outlives_an_absence_of_Marathon_or_of_all_tasks_which_is_told_once()
    {
        _app = HostNetworking + "," + Tasks(("TASK_RUNNING", "10.0.0.1"));
        var source = Source();
        await source.FindAsync(Token);

        _status = 503;
        Assert.Equal("10.0.0.1:9090", Assert.Single(await source.FindAsync(Token)).Name);
        (_status, _app) = (200, HostNetworking + ",\"tasks\":[]");
        Assert.Equal("10.0.0.1:9090", Assert.Single(await source.FindAsync(Token)).Name);
        Assert.Contains("10.0.0.1:9090", Assert.Single(_sink.Of(MessageLevel.Warning)));

        _app = HostNetworking + "," + Tasks(("TASK_RUNNING", "10.0.0.9"));
        Assert.Equal("10.0.0.9:9090", Assert.Single(await source.FindAsync(Token)).Name);
    }

    [Fact]
    public async Task A_session_reads_the_statistics_of_a_real_task_behind_their_user()
    {
        Assert.SkipUnless(RealHaproxy.IsInstalled, "HAProxy is not installed.");
        using var haproxy = new RealHaproxy("backend shop_20000\n  server a 127.0.0.1:9", "stats:geheim");
        await haproxy.WaitUntilReadyAsync(Token);
        _app = HostNetworking + "," + Tasks(("TASK_RUNNING", "127.0.0.1"));

        foreach (var address in new[] { $"marathon://stats:geheim@app/infra/lb:{haproxy.Stats}", $"http://stats:geheim@127.0.0.1:{haproxy.Stats}" })
        {
            var reading = await ReadAsync(address);
            Assert.Equal((ReadingQuality.Consistent, "a"), (reading.Quality, Assert.Single(reading.Servers).Server));
        }

        var refused = await ReadAsync($"http://stats:falsch@127.0.0.1:{haproxy.Stats}");
        Assert.Equal(ReadingQuality.Unreachable, refused.Quality);
        Assert.Contains("401, which wants a user and a password", refused.Problem);
        Assert.DoesNotContain("falsch", refused.Problem);
    }

    private async Task<LoadBalancerReading> ReadAsync(string address)
    {
        using var session = ClusterSession.Create(new SessionOptions { MarathonUris = [_server.Address], LoadBalancerUris = [new Uri(address)] }, _sink);
        Assert.DoesNotContain("geheim", string.Join(" ", session.Options.LoadBalancerUris));
        var found = Assert.Single(await session.LoadBalancers.DiscoverAsync(Token));
        return await found.ReadAsync(["shop_20000"], Token);
    }

    private async Task<(string ErrorId, ErrorKind Kind)> FailAsync()
    {
        var error = await Assert.ThrowsAsync<BlueGreenException>(() => Source().FindAsync(Token));
        Assert.NotEmpty(error.Remedy);
        return (error.ErrorId, error.Kind);
    }

    private MarathonAppSource Source(int port = 9090) => new(
        new MarathonAppAddress("/infra/lb", port, ""), _marathon.Client,
        new HostResolver(host => host == "agent-1" ? Task.FromResult<IPAddress[]>([IPAddress.Parse("10.1.1.1")]) : throw new SocketException((int)SocketError.HostNotFound)),
        _sink, TimeProvider.System);

    private static string Tasks(params (string State, string Host)[] tasks) => "\"tasks\":[" + string.Join(",", tasks.Select((task, i) =>
        $$"""{"id":"lb.{{i}}","state":"{{task.State}}","host":"{{task.Host}}","ports":[31001,31002],"ipAddresses":[{"ipAddress":"10.2.2.2"}]}""")) + "]";
}
