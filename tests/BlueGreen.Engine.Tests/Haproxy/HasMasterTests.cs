using BlueGreen.Engine.Haproxy;
using BlueGreen.Engine.Haproxy.Runtime;
using BlueGreen.Engine.Tests.Session;

namespace BlueGreen.Engine.Tests.Haproxy;

/// <summary>Whether a HAProxy has a master, by what it tells itself. What does not tell is not known, and never taken for a no.</summary>
public sealed class HasMasterTests
{
    [Theory]
    [InlineData("2.6.12-1+deb12u4", 1, true)]
    [InlineData("2.6.12-1+deb12u4", 0, false)]
    [InlineData("2.4.0-6cbbecf09", 0, false)]
    [InlineData("2.0.17", 0, null)]
    [InlineData("2.0.17", 1, true)]
    [InlineData("1.7.5", 1, false)]
    [InlineData(null, 0, null)]
    [InlineData(null, 1, true)]
    public async Task A_worker_that_serves_counts_its_master_from_2_4_on(string? version, int unstoppable, bool? expected)
    {
        await using var server = await LoopbackServer.StartAsync((http, _) => http.Text(
            200, "text/plain", $"# TYPE haproxy_process_jobs gauge\nhaproxy_process_jobs 4\nhaproxy_process_unstoppable_jobs {unstoppable}\nhaproxy_process_listeners 3\n"));
        using var http = new HttpClient();
        var client = new StatsClient(new LoadBalancerInstance("lb", server.Address), http, null, null);

        Assert.Equal(expected, await client.GetHasMasterAsync(version, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("# socket lvl processes\nunix@/run/admin.sock admin all\nsockpair@4 admin 1\n", true)]
    [InlineData("# socket lvl processes\nunix@/run/admin.sock admin all\n", false)]
    [InlineData("Permission denied\n", null)]
    [InlineData("Unknown command. Please enter one of the following commands only :\n", null)]
    [InlineData("", null)]
    public void A_worker_takes_its_masters_commands_on_one_of_a_pair_of_sockets(string answer, bool? expected) =>
        Assert.Equal(expected, CommandSockets.TellMaster(answer));
}
