using BlueGreen.Engine.Haproxy;
using BlueGreen.Engine.Tests.Session;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using static BlueGreen.Engine.Tests.Haproxy.StatsPayload;

namespace BlueGreen.Engine.Tests.Haproxy;

public sealed class HttpLoadBalancerTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly HttpClient _http = new(new HttpClientHandler { UseProxy = false }) { Timeout = Timeout.InfiniteTimeSpan };
    private readonly FakeMarathonLb _lb = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Statistics_between_two_equal_process_sets_are_consistent()
    {
        await using var server = await _lb.StartAsync();
        var reader = Reader(server);

        var reading = await reader.ReadAsync(["shop_20000"], Token);

        Assert.Equal((ReadingQuality.Consistent, null), (reading.Quality, reading.Problem));
        Assert.Equal(11, reading.Processes!.Serving);
        Assert.Equal([10, 11], reading.Processes.All);
        Assert.Equal([10], reading.Processes.Others);
        Assert.Equal("2.6.12-1+deb12u4", reading.Processes.HaproxyVersion);
        // The backend whose name only contains the other's is not among them.
        Assert.Equal(["a1"], reading.Servers.Select(s => s.Server));
    }

    [Fact]
    public async Task Each_request_has_a_connection_of_its_own_so_that_the_serving_process_answers()
    {
        await using var server = await _lb.StartAsync();

        await Reader(server).ReadAsync(["shop_20000"], Token);

        Assert.Equal(6, server.Requests.Count);
        Assert.Equal(6, server.Requests.Select(r => r.ConnectionPort).Distinct().Count());
    }

    [Theory]
    [InlineData("shop_20000", "/haproxy?stats;csv;scope=shop_20000")]
    [InlineData("a-very-long-name-of-a-shop_20000", "/haproxy?stats;csv;scope=name-of-a-shop_20000")]
    public async Task One_backend_is_asked_for_by_the_end_of_its_name(string backend, string path)
    {
        await using var server = await _lb.StartAsync();

        await Reader(server).ReadAsync([backend], Token);

        Assert.Contains(server.Requests, r => r.PathAndQuery == path);
    }

    [Fact]
    public async Task Many_backends_are_read_at_once_and_filtered()
    {
        await using var server = await _lb.StartAsync();

        var reading = await Reader(server).ReadAsync(["shop_20000", "b", "c", "d", "e"], Token);

        Assert.Single(server.Requests, r => r.PathAndQuery == "/haproxy?stats;csv");
        Assert.Equal(["a1"], reading.Servers.Select(s => s.Server));
    }

    [Fact]
    public async Task A_reload_in_between_is_read_again_at_once()
    {
        await using var server = await _lb.StartAsync();
        _lb.AfterNextCsv = () => _lb.Reload(12);

        var reading = await Reader(server).ReadAsync(["shop_20000"], Token);

        Assert.Equal(ReadingQuality.Consistent, reading.Quality);
        Assert.Equal(12, reading.Processes!.Serving);
        Assert.Equal([10, 11, 12], reading.Processes.All);
    }

    [Fact]
    public async Task Reloads_without_end_are_torn_and_prove_nothing()
    {
        await using var server = await _lb.StartAsync();
        var pid = 12;
        void Again()
        {
            _lb.Reload(pid++);
            _lb.AfterNextCsv = Again;
        }

        _lb.AfterNextCsv = Again;

        var reading = await Reader(server).ReadAsync(["shop_20000"], Token);

        Assert.Equal(ReadingQuality.Torn, reading.Quality);
        Assert.Null(reading.Processes);
        Assert.Empty(reading.Servers);
        Assert.Contains("reloaded", reading.Problem);
    }

    [Fact]
    public async Task While_the_old_process_still_answers_after_a_reload_nothing_is_believed()
    {
        await using var server = await _lb.StartAsync();
        var reader = Reader(server);
        await reader.ReadAsync([], Token);
        _lb.Pids = [10, 11, 12];

        var torn = await reader.ReadAsync([], Token);
        _lb.Serving = 12;
        var after = await reader.ReadAsync([], Token);

        Assert.Equal(ReadingQuality.Torn, torn.Quality);
        Assert.Contains("11 still answers", torn.Problem);
        Assert.Equal(12, after.Processes!.Serving);
    }

    [Fact]
    public async Task A_foreign_process_that_comes_up_does_not_block_for_long()
    {
        await using var server = await _lb.StartAsync();
        var reader = Reader(server);
        await reader.ReadAsync([], Token);
        _lb.Pids = [10, 11, 999];
        await reader.ReadAsync([], Token);

        _time.Advance(TimeSpan.FromSeconds(1));
        var reading = await reader.ReadAsync([], Token);

        Assert.Equal(ReadingQuality.Consistent, reading.Quality);
        Assert.Equal(11, reading.Processes!.Serving);
    }

    [Fact]
    public async Task The_page_is_not_read_again_while_the_same_processes_live_but_not_for_ever()
    {
        await using var server = await _lb.StartAsync();
        var reader = Reader(server);
        await reader.ReadAsync([], Token);
        _time.Advance(TimeSpan.FromSeconds(1));
        await reader.ReadAsync([], Token);
        var settled = _lb.Pages;

        _time.Advance(TimeSpan.FromSeconds(4));
        var trusted = await reader.ReadAsync([], Token);
        var pagesThen = _lb.Pages;
        _time.Advance(TimeSpan.FromSeconds(2));
        await reader.ReadAsync([], Token);

        Assert.Equal(settled, pagesThen);
        Assert.Equal(new TimeSpan(1, 2, 7), trusted.Processes!.Uptime);
        Assert.Equal(settled + 2, _lb.Pages);
    }

    [Theory]
    [InlineData("/_haproxy_getpids", 404, "", "/_haproxy_getpids with status 404: is it marathon-lb's statistics port?")]
    [InlineData("/_haproxy_getpids", 200, "<html>", "something else than process ids")]
    [InlineData("/_haproxy_getpids", 200, " ", "names no process")]
    [InlineData("/haproxy", 401, "", "wants a user and a password")]
    [InlineData("/haproxy", 200, "hello", "does not name the process")]
    public async Task What_is_no_marathon_lb_is_unreachable_and_says_why(string path, int status, string body, string problem)
    {
        _lb.Override = request => request.PathAndQuery.StartsWith(path, StringComparison.Ordinal) ? (status, body) : null;
        await using var server = await _lb.StartAsync();

        var reading = await Reader(server).ReadAsync(["shop_20000"], Token);

        Assert.Equal(ReadingQuality.Unreachable, reading.Quality);
        Assert.Contains(problem, reading.Problem);
        Assert.Null(reading.Processes);
    }

    [Fact]
    public async Task Unreadable_statistics_are_unreachable_and_never_thrown()
    {
        _lb.Override = request => request.PathAndQuery.Contains(";csv", StringComparison.Ordinal) ? (200, "no statistics") : null;
        await using var server = await _lb.StartAsync();

        var reading = await Reader(server).ReadAsync(["shop_20000"], Token);

        Assert.Equal(ReadingQuality.Unreachable, reading.Quality);
    }

    [Fact]
    public async Task Nobody_there_is_unreachable()
    {
        var server = await _lb.StartAsync();
        var reader = Reader(server);
        await server.DisposeAsync();

        var reading = await reader.ReadAsync([], Token);

        Assert.Equal(ReadingQuality.Unreachable, reading.Quality);
        Assert.Contains("/_haproxy_getpids cannot be read", reading.Problem);
    }

    [Fact]
    public async Task An_instance_that_hangs_is_unreachable_after_its_time_out()
    {
        await using var server = await LoopbackServer.StartAsync((http, _) => Task.Delay(Timeout.Infinite, http.RequestAborted));
        var reading = Reader(server).ReadAsync([], Token);
        while (server.Requests.IsEmpty) await Task.Delay(5, Token);

        _time.Advance(TimeSpan.FromSeconds(6));

        Assert.Equal("it gave no answer within 5 s", (await reading).Problem);
    }

    [Fact]
    public async Task Cancelling_is_a_cancellation()
    {
        using var stop = new CancellationTokenSource();
        await using var server = await LoopbackServer.StartAsync((http, _) =>
        {
            stop.Cancel();
            return Task.Delay(Timeout.Infinite, http.RequestAborted);
        });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Reader(server).ReadAsync([], stop.Token));
    }

    public void Dispose() => _http.Dispose();

    private HttpLoadBalancer Reader(LoopbackServer server) => new(
        new LoadBalancerInstance(server.Address.Authority, server.Address), new StatsClient(new LoadBalancerInstance(server.Address.Authority, server.Address), _http, null, null),
        TimeSpan.FromSeconds(5), SilentSink.Instance, _time);

    /// <summary>Answers as marathon-lb's statistics port does, with processes that a test moves.</summary>
    private sealed class FakeMarathonLb
    {
        public int Serving { get; set; } = 11;

        public List<int> Pids { get; set; } = [10, 11];

        public int Pages { get; private set; }

        public Action? AfterNextCsv { get; set; }

        public Func<Received, (int, string)?>? Override { get; set; }

        public void Reload(int pid)
        {
            Pids = [.. Pids, pid];
            Serving = pid;
        }

        public Task<LoopbackServer> StartAsync() => LoopbackServer.StartAsync(AnswerAsync);

        private async Task AnswerAsync(HttpContext http, Received request)
        {
            if (Override?.Invoke(request) is var (status, body))
            {
                await http.Text(status, "text/plain", body);
            }
            else if (request.PathAndQuery == "/_haproxy_getpids")
            {
                await http.Text(200, "text/plain", string.Join(" ", Pids));
            }
            else if (request.PathAndQuery.Contains(";csv", StringComparison.Ordinal))
            {
                var then = AfterNextCsv;
                AfterNextCsv = null;
                then?.Invoke();
                await http.Text(200, "text/plain", Head26
                    + Row("shop_20000", "FRONTEND", "OPEN", type: 0, new26: true) + Row("shop_20000", "a1", "UP", new26: true)
                    + Row("my-shop_20000", "b1", "UP", new26: true) + Row("shop_20000", "BACKEND", "UP", type: 1, new26: true));
            }
            else
            {
                Pages++;
                await http.Text(200, "text/html", Page(Serving));
            }
        }
    }
}
