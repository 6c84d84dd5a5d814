using BlueGreen.Engine.Haproxy;
using BlueGreen.Engine.Haproxy.Runtime;

namespace BlueGreen.Engine.Tests.Haproxy.Runtime;

/// <summary>What HAProxy's command lines answer, of several versions.</summary>
public class RuntimeAnswersTests
{
    private const string Stats = """
        # pxname,svname,qcur,qmax,scur,smax,slim,stot,status,iid,type,
        shop_10000,a,0,,2,3,,9,MAINT,7,2,
        shop_10000,b,1,,0,3,,9,no check,7,2,
        shop_10000,BACKEND,0,,3,9,998,21,UP,7,1,

        """;

    [Fact]
    public void The_process_table_of_2_6_tells_workers_and_old_workers_apart()
    {
        var table = ProcessTable.Read("""
            #<PID>          <type>          <reloads>       <uptime>        <version>
            20246           master          1 [failed: 0]   0d00h00m02s     2.6.12-1+deb12u4
            # workers
            20345           worker          0               1d00h00m01s     2.6.12-1+deb12u4
            # old workers
            20272           worker          1               1d00h00m02s     2.6.12-1+deb12u4
            # programs
            20999           exporter        0               0d00h00m02s     -

            """)!;

        Assert.Equal(20246, table.Master);
        Assert.Equal([new(20345, new TimeSpan(1, 0, 0, 1))], table.Workers);
        Assert.Equal([20272], table.OldWorkers);
        Assert.Equal("2.6", table.Version.ToString());
    }

    [Fact]
    public void The_process_table_of_1_9_has_one_more_column()
    {
        var table = ProcessTable.Read("""
            #<PID>          <type>          <relative PID>  <reloads>       <uptime>        <version>
            1162            master          0               5               0d00h02m07s     1.9.0
            # workers
            1271            worker          1               0               0d00h00m00s     1.9.0
            # old workers
            1233            worker          [was: 1]        3               0d00h00m43s     1.9.0
            """)!;

        Assert.Equal((1162, "1.9"), (table.Master, table.Version.ToString()));
        Assert.Equal([1271], table.Workers.Keys);
        Assert.Equal([1233], table.OldWorkers);
    }

    [Theory]
    [InlineData("Unknown command: 'show proc'")]
    [InlineData("")]
    [InlineData("HTTP/1.1 400 Bad Request")]
    public void What_is_no_process_table_is_not_taken_for_an_empty_one(string answer) => Assert.Null(ProcessTable.Read(answer));

    [Theory]
    [InlineData("2.6.12-1+deb12u4", true)]
    [InlineData("2.5.0", true)]
    [InlineData("3.1-dev5", true)]
    [InlineData("2.4.22", false)]
    [InlineData("1.8.30", false)]
    [InlineData("nonsense", false)]
    public void From_2_5_on_an_old_process_tells_its_statistics(string version, bool tells) =>
        Assert.Equal(tells, HaproxyVersion.Parse(version).TellsOldStatistics);

    [Fact]
    public async Task Sessions_queue_and_requests_that_no_server_has_yet_are_all_pending()
    {
        var asked = new List<string>();
        var pending = await ReadAsync(new HaproxyVersion(2, 6), command => { asked.Add(command); return Stats; }, "shop_10000");

        // Not by its name, which the frontend has as well.
        Assert.Equal(["show stat -1 2 -1", "show stat 7 6 -1"], asked);

        Assert.Equal([new("shop_10000", "a", 2), new("shop_10000", "b", 1), new("shop_10000", null, 1)], pending);
        Assert.Equal(3, new WorkerReading(1, WorkerSource.MasterSocket, 3, pending).PendingOn(["shop_10000/a"]));
        Assert.Equal(0, new WorkerReading(1, WorkerSource.MasterSocket, 3, pending).PendingOn(["my_shop_10000/a"]));
    }

    [Fact]
    public async Task Statistics_of_something_else_than_the_backend_do_not_pass_for_idle() =>
        await Assert.ThrowsAsync<BlueGreenException>(() => ReadAsync(
            new HaproxyVersion(2, 6), command => command == "show stat -1 2 -1" ? Stats : "# pxname,svname,qcur,scur,status,iid,type,\n", "shop_10000"));

    [Fact]
    public async Task A_backend_that_the_process_does_not_know_has_no_sessions_there() =>
        Assert.Empty(await ReadAsync(new HaproxyVersion(2, 6), _ => Stats, "other_10001"));

    [Theory]
    [InlineData("Permission denied\n")]
    [InlineData("")]
    [InlineData("# pxname,svname,status\n")]
    [InlineData("# pxname,svname,qcur,scur,status,type,\nshop_10000,BACKEND,0,0,UP,1,\n")]
    public async Task An_answer_that_is_no_statistics_does_not_pass_for_idle(string answer) =>
        Assert.Equal("StatsUnreadable", (await Assert.ThrowsAsync<BlueGreenException>(() => ReadAsync(new HaproxyVersion(2, 6), _ => answer, "shop_10000"))).ErrorId);

    [Fact]
    public async Task Before_2_5_the_sessions_themselves_are_counted()
    {
        const string sessions = """
            0x55e: proto=tcpv4 src=10.0.0.9:40000 fe=shop_10000 be=shop_10000 srv=a ts=00 age=4s calls=3 rq[f=848000h,i=0,an=00h]
            0x55f: proto=tcpv4 src=10.0.0.9:40001 fe=shop_10000 be=shop_10000 srv=a ts=00 age=3s calls=3
            0x560: proto=tcpv4 src=10.0.0.9:40002 fe=shop_10000 be=shop_10000 srv=<none> ts=00 age=1s calls=1
            0x561: proto=tcpv4 src=10.0.0.9:40003 fe=web be=other_10001 srv=x ts=00 age=9s calls=3
            0x562: proto=unix_stream src=unix:1 fe=GLOBAL be=<NONE> srv=<none> ts=02 age=0s calls=1

            """;

        var pending = await ReadAsync(new HaproxyVersion(2, 4), command => command == "show sess" ? sessions : "", "shop_10000");

        Assert.Equal([new("shop_10000", "a", 2), new("shop_10000", null, 1)], pending);
        await Assert.ThrowsAsync<BlueGreenException>(() => ReadAsync(new HaproxyVersion(2, 4), _ => "Permission denied", "shop_10000"));
    }

    [Theory]
    [InlineData("/var/run/haproxy.sock")]
    [InlineData("unix:relative")]
    [InlineData("10.0.0.1")]
    [InlineData("10.0.0.1:0")]
    [InlineData("10.0.0.1:99999")]
    [InlineData(":9999")]
    [InlineData("tcp://10.0.0.1:9999")]
    public void An_address_that_is_none_is_refused(string text) =>
        Assert.Equal("InvalidSocketAddress", Assert.Throws<BlueGreenException>(() => RuntimeAddress.Parse(text)).ErrorId);

    [Theory]
    [InlineData("unix:/var/run/haproxy.sock", null)]
    [InlineData("10.0.0.1:9999", "10.0.0.1")]
    [InlineData("lb1.mesos:9999", "lb1.mesos")]
    [InlineData("[::1]:9999", "::1")]
    public void An_address_is_a_path_or_a_host_and_a_port(string text, string? host) => Assert.Equal(host, RuntimeAddress.Parse(text).Host);

    private static Task<ImmutableArray<WorkerSessions>> ReadAsync(HaproxyVersion version, Func<string, string> answer, params string[] backends) =>
        new WorkerSessionsReader("a socket").ReadAsync(command => Task.FromResult(answer(command)), version, backends);
}
