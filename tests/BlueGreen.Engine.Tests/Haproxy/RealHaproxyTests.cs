using System.Diagnostics;
using BlueGreen.Engine.Haproxy;
using BlueGreen.Engine.Tests.Session;

namespace BlueGreen.Engine.Tests.Haproxy;

public sealed class RealHaproxyTests : IDisposable
{
    private readonly HttpClient _http = new(new HttpClientHandler { UseProxy = false }) { Timeout = Timeout.InfiniteTimeSpan };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_installed_version_is_understood()
    {
        Assert.SkipUnless(RealHaproxy.IsInstalled, "HAProxy is not installed.");
        using var haproxy = new RealHaproxy("""
            backend shop_20000
              server 10_0_0_5_31001 127.0.0.1:9 weight 7
              server 10_0_0_5_31002 127.0.0.1:9 disabled
              server 10_0_0_5_31003 127.0.0.1:9 check inter 100ms fall 1
            backend my-shop_20000
              server other 127.0.0.1:9
            """);
        await haproxy.WaitUntilReadyAsync(Token);
        var reader = Reader(haproxy);

        LoadBalancerReading reading;
        do reading = await reader.ReadAsync(["shop_20000"], Token);
        while (reading.Servers.FirstOrDefault(s => s.Server == "10_0_0_5_31003")?.State == ServerState.Serving);

        Assert.Equal((ReadingQuality.Consistent, null), (reading.Quality, reading.Problem));
        Assert.Equal(
            [("10_0_0_5_31001", ServerState.Serving, 7), ("10_0_0_5_31002", ServerState.Maintenance, 1), ("10_0_0_5_31003", ServerState.Down, 1)],
            reading.Servers.Select(s => (s.Server, s.State, s.Weight)));
        Assert.Equal([haproxy.MasterPid], reading.Processes!.Others);
        Assert.Matches(@"^\d+\.\d+", reading.Processes.HaproxyVersion);
        Assert.Equal(4, (await reader.ReadAsync([], Token)).Servers.Length);
    }

    [Fact]
    public async Task A_request_in_flight_keeps_the_old_process_in_the_set_though_the_new_one_calls_its_server_idle()
    {
        Assert.SkipUnless(RealHaproxy.IsInstalled, "HAProxy is not installed.");
        var release = new TaskCompletionSource();
        await using var slow = await LoopbackServer.StartAsync(async (http, _) =>
        {
            await release.Task;
            await http.Text(200, "text/plain", "done");
        });
        using var haproxy = new RealHaproxy($"backend shop_20000\n  server a 127.0.0.1:{slow.Address.Port}");
        await haproxy.WaitUntilReadyAsync(Token);
        var reader = Reader(haproxy);
        var request = _http.GetStringAsync($"http://127.0.0.1:{haproxy.Frontend}/", Token);
        var before = await UntilAsync(reader, r => r.Servers is [{ HasPending: true }]);

        var during = await ReloadUntilAsync(
            haproxy, $"backend shop_20000\n  server a 127.0.0.1:{slow.Address.Port} disabled", reader, r => r.Servers is [{ State: ServerState.Maintenance }]);
        release.SetResult();
        var after = await UntilAsync(reader, r => !r.Processes!.All.Contains(before.Processes!.Serving));

        Assert.False(during.Servers[0].HasPending);
        Assert.NotEqual(before.Processes!.Serving, during.Processes!.Serving);
        Assert.Contains(before.Processes.Serving, during.Processes.Others);
        Assert.Equal("done", await request);
        Assert.Equal([haproxy.MasterPid], after.Processes!.Others);
    }

    [Fact]
    public async Task Through_reloads_in_a_row_no_consistent_reading_mixes_two_processes()
    {
        Assert.SkipUnless(RealHaproxy.IsInstalled, "HAProxy is not installed.");
        static string Generation(int n) => $"backend shop_20000\n  server generation-{n} 127.0.0.1:9";
        using var haproxy = new RealHaproxy(Generation(0));
        await haproxy.WaitUntilReadyAsync(Token);
        var reader = Reader(haproxy);
        var serverOf = new Dictionary<int, string>();

        for (var n = 1; n <= 12; n++)
        {
            await ReloadUntilAsync(haproxy, Generation(n), reader, reading =>
            {
                var server = Assert.Single(reading.Servers).Server;
                Assert.Equal(server, serverOf.TryAdd(reading.Processes!.Serving, server) ? server : serverOf[reading.Processes.Serving]);
                return server == $"generation-{n}";
            });
        }

        Assert.True(serverOf.Count >= 12);
    }

    public void Dispose() => _http.Dispose();

    private static Task<LoadBalancerReading> ReloadUntilAsync(
        RealHaproxy haproxy, string backends, HttpLoadBalancer reader, Func<LoadBalancerReading, bool> condition)
    {
        haproxy.Reload(backends);
        var signalled = Stopwatch.StartNew();
        return UntilAsync(reader, reading =>
        {
            // A master that still starts, or is busy with the last reload, does not hear the signal. On a busy machine a reading takes long,
            // and no two would ever be of one process were it asked again sooner.
            if (signalled.ElapsedMilliseconds > 3000)
            {
                haproxy.Reload(backends);
                signalled.Restart();
            }

            return condition(reading);
        });
    }

    private static async Task<LoadBalancerReading> UntilAsync(HttpLoadBalancer reader, Func<LoadBalancerReading, bool> condition)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        while (true)
        {
            var reading = await reader.ReadAsync(["shop_20000"], patience.Token);
            if (reading.Quality == ReadingQuality.Consistent && condition(reading)) return reading;
        }
    }

    private HttpLoadBalancer Reader(RealHaproxy haproxy) => new(
        new LoadBalancerInstance("lb", haproxy.StatsUri), new StatsClient(new LoadBalancerInstance("lb", haproxy.StatsUri), _http, null, null), TimeSpan.FromSeconds(5), SilentSink.Instance, TimeProvider.System);
}
