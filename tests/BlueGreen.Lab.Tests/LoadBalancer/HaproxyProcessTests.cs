using System.Net;
using BlueGreen.Lab.LoadBalancer;
using BlueGreen.Lab.Hosting;
using BlueGreen.Lab.LoadBalancer.Haproxy;
using Microsoft.Extensions.Logging.Abstractions;

namespace BlueGreen.Lab.Tests.LoadBalancer;

/// <summary>How the processes of a real HAProxy live and end.</summary>
public class HaproxyProcessTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Process_ids_name_all_processes_also_an_old_one_while_it_is_busy(bool masterWorker)
    {
        await using var live = await LiveLoadBalancer.StartAsync(
            change: options => options with { MasterWorker = masterWorker, MasterSocket = masterWorker });
        var usual = masterWorker ? 2 : 1;
        var port = await live.ServeAsync("1");
        live.Marathon!.Publish(Apps.Host("/web", 10000, Apps.Task("web.1", port)));
        await live.UntilStatusAsync("web_10000", (LiveLoadBalancer.ServerAt(port), "no check"));
        await LiveLoadBalancer.Until(async () => (await live.PidsAsync()).Length == usual, "it is quiet");
        var quiet = await live.PidsAsync();

        var slow = live.GetServiceAsync("/slow?ms=3000");
        await LiveLoadBalancer.Until(
            async () => (await live.RowsAsync()).Any(row => row["svname"] == LiveLoadBalancer.ServerAt(port) && row["scur"] == "1"), "the request is in flight");
        live.Marathon.Publish(Apps.Host("/web", 10000, Apps.Task("web.1", port)), Apps.Host("/other", 10001, Apps.Task("o.1", 31001)));
        await live.UntilStatusAsync("other_10001", (LiveLoadBalancer.ServerAt(31001), "no check"));

        var busy = await live.PidsAsync();
        Assert.Equal(usual + 1, busy.Length);
        Assert.Subset(busy.ToHashSet(), quiet.ToHashSet());
        using var answer = await slow;
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await LiveLoadBalancer.Until(async () => (await live.PidsAsync()).Length == usual, "the old worker has ended");
    }

    [Fact]
    public async Task The_sockets_have_the_levels_that_were_asked_for()
    {
        await using var live = await LiveLoadBalancer.StartAsync();
        Assert.DoesNotContain("Permission denied", await StatsSocket.AskAsync(live.Instance.AdminSocket!, "clear counters all", Cancellation), StringComparison.Ordinal);
        Assert.Contains("worker", await StatsSocket.AskAsync(live.Instance.MasterSocket!, "show proc", Cancellation), StringComparison.Ordinal);

        await using var plain = await LiveLoadBalancer.StartAsync(change: options => options with { AdminSocket = false, MasterSocket = false });
        Assert.Null(plain.Instance.AdminSocket);
        Assert.Null(plain.Instance.MasterSocket);
    }

    [Fact]
    public async Task A_HAProxy_that_is_killed_is_started_again()
    {
        await using var live = await LiveLoadBalancer.StartAsync();
        live.Marathon!.Publish(Apps.Host("/web", 10000, Apps.Task("web.1", 31000)));
        await live.UntilStatusAsync("web_10000", (LiveLoadBalancer.ServerAt(31000), "no check"));
        var pids = await live.PidsAsync();

        foreach (var pid in pids)
            Signals.Send(pid, Signals.Kill);

        await LiveLoadBalancer.Until(
            async () =>
            {
                try
                {
                    return !(await live.PidsAsync()).Intersect(pids).Any();
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            },
            "new processes answer");
        await live.UntilStatusAsync("web_10000", (LiveLoadBalancer.ServerAt(31000), "no check"));
    }

    [Fact]
    public async Task Disposing_ends_every_process_also_an_old_worker_with_a_request_in_flight()
    {
        var live = await LiveLoadBalancer.StartAsync();
        int[] pids;
        await using (live)
        {
            var port = await live.ServeAsync("1");
            live.Marathon!.Publish(Apps.Host("/web", 10000, Apps.Task("web.1", port)));
            await live.UntilStatusAsync("web_10000", (LiveLoadBalancer.ServerAt(port), "no check"));
            var slow = live.GetServiceAsync("/slow?ms=20000");
            await LiveLoadBalancer.Until(
                async () => (await live.RowsAsync()).Any(row => row["svname"] == LiveLoadBalancer.ServerAt(port) && row["scur"] == "1"), "the request is in flight");
            await live.GetAsync("_mlb_signal/usr1");
            await LiveLoadBalancer.Until(async () => (await live.PidsAsync()).Length == 3, "an old worker is busy");
            pids = await live.PidsAsync();

            await live.Instance.DisposeAsync();
            Assert.DoesNotContain(pids, ProcFs.IsAlive);
            await Assert.ThrowsAnyAsync<HttpRequestException>(() => slow);
        }
    }

    [Fact]
    public async Task A_HAProxy_that_cannot_start_says_why()
    {
        await using var live = await LiveLoadBalancer.StartAsync();
        using var directory = new TemporaryDirectory();
        var options = new LoadBalancerOptions(new Uri("http://127.0.0.1:1"), live.Address, 9090, directory.Path, false, false);
        Task<LoadBalancerInstance> Start(LoadBalancerOptions changed) => LoadBalancerInstance.StartAsync(
            changed, NullLoggerFactory.Instance, TimeProvider.System, Cancellation);

        var missing = await Assert.ThrowsAsync<InvalidOperationException>(() => Start(options with { HaproxyProgram = "no-such-haproxy" }));
        Assert.Contains("apt-get install haproxy", missing.Message, StringComparison.Ordinal);
        var unreachable = await Assert.ThrowsAsync<InvalidOperationException>(() => Start(options with { Address = IPAddress.Parse("192.0.2.1") }));
        Assert.Contains("cannot bind socket", unreachable.Message, StringComparison.OrdinalIgnoreCase);
        await Assert.ThrowsAsync<ArgumentException>(() => Start(options with { WorkDirectory = Path.Combine(directory.Path, new string('x', 80)) }));
        await Assert.ThrowsAsync<ArgumentException>(() => Start(options with { Groups = [] }));
    }
}
