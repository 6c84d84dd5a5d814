using System.Net;
using System.Text;
using BlueGreen.Engine.Haproxy;
using BlueGreen.Engine.Haproxy.Runtime;
using CsCheck;

namespace BlueGreen.Engine.Tests.Fuzzing;

/// <summary>The lists of processes, the statistics page and HAProxy's command lines, broken: nothing is told, or what is told makes sense.</summary>
public class HaproxyAnswerFuzzTests
{
    private const string Page = """
        <!DOCTYPE html><html><head><title>Statistics Report for HAProxy</title></head><body><h1>HAProxy version 2.6.12-1+deb12u4, released 2026/10/17</h1>
        <h2>Statistics Report for pid 4711</h2><b>pid = </b> 4711 (process #1, nbproc = 1)<br><b>uptime = </b> 3d 4h05m06s<br><b>system limits:</b> memmax = unlimited<br>
        <table class="tbl" width="100%"><tr><td>pid = </b> 99</td></tr></table></body></html>
        """;

    private const string Processes = """
        #<PID>          <type>          <reloads>       <uptime>        <version>
        20246           master          1 [failed: 0]   0d00h00m02s     2.6.12-1+deb12u4
        # workers
        20345           worker          0               1d00h00m01s     2.6.12-1+deb12u4
        # old workers
        20272           worker          1               1d00h00m02s     2.6.12-1+deb12u4
        20273           worker          2               12345d23h59m59s 2.6.12-1+deb12u4

        """;

    private const string Info = "Name: HAProxy\nVersion: 2.6.12-1+deb12u4\nNbthread: 2\nNbproc: 1\nPid: 20345\nUptime: 0d 0h00m07s\nUptime_sec: 7\nCurrConns: 3\nUnstoppable Jobs: 1\nnode: lb1\n";

    private const string Sessions = """
        0x55d0c8: proto=tcpv4 src=10.0.0.9:41234 fe=shop_10000 be=shop_10000 srv=10_0_6_25_31000 ts=00 epoch=0 age=3s calls=2 rate=0
        0x55d0d8: proto=tcpv4 src=10.0.0.9:41235 fe=shop_10000 be=shop_10000 srv=<none> ts=00 epoch=0 age=3s
        0x55d0e8: proto=unix_stream src=unix:1 fe=GLOBAL be=<NONE> srv=<none> ts=00

        """;

    [Fact]
    public void A_page_names_a_process_and_an_age_that_make_sense_or_none() =>
        Mutation.Some.Sample(mutations => ServingProcessReader.Read(mutations.Apply(Page)) is null or { Pid: >= 0, Uptime.Ticks: >= 0 }, iter: 5000);

    [Theory]
    [InlineData("1d 2147483647h00m00s")]
    [InlineData("2147483647d 0h00m00s")]
    [InlineData("99999999999999d 0h00m00s")]
    [InlineData("100000d 2147483647h2147483647m2147483647s")]
    public void No_age_is_too_great_to_be_read(string uptime) =>
        Assert.Equal(4711, ServingProcessReader.Read(Page.Replace("3d 4h05m06s", uptime, StringComparison.Ordinal))?.Pid);

    [Fact]
    public void A_page_without_an_end_to_its_head_is_read_or_given_up_within_seconds() =>
        Assert.Null(ServingProcessReader.Read(string.Concat(Enumerable.Repeat("pid =" + new string(' ', 1000), 2000))));

    [Fact]
    public void A_list_of_processes_is_one_whole_or_a_failure() => Mutation.Some.Sample(mutations =>
    {
        var bytes = mutations.Bytes("20246 20345 20272\n");
        try
        {
            return Client(bytes).GetPidsAsync(CancellationToken.None).GetAwaiter().GetResult() is { Count: > 0 } pids && pids.All(pid => pid > 0);
        }
        catch (StatsFailure failure)
        {
            return failure.Message.Length > 10;
        }
    }, iter: 2000);

    [Fact]
    public void A_masters_process_table_is_read_or_it_is_none() => Mutation.Some.Sample(
        mutations => ProcessTable.Read(mutations.Apply(Processes)) is not { } table || (table.Workers.Values.All(uptime => uptime >= TimeSpan.Zero) && table.All.All(pid => pid >= 0)), iter: 5000);

    [Fact]
    public void What_a_process_says_of_itself_makes_sense_or_is_nothing() => Mutation.Some.Sample(
        mutations => RuntimeInfo.Read(mutations.Apply(Info)) is null or { Pid: >= 0, Uptime.Ticks: >= 0, Connections: >= 0, Processes: >= 0 }, iter: 5000);

    [Theory]
    [InlineData("Uptime_sec: 7", "Uptime_sec: 2147483646999")]
    [InlineData("Pid: 20345", "Pid: 4294967297")]
    [InlineData("CurrConns: 3", "CurrConns: 4294967296")]
    public void Numbers_that_are_too_great_are_not_taken_for_others(string number, string greater) =>
        Assert.Null(RuntimeInfo.Read(Info.Replace(number, greater, StringComparison.Ordinal)));

    [Fact]
    public void Sessions_are_counted_or_the_answer_is_an_error() => Mutation.Some.Sample(mutations =>
    {
        var read = Soundly.TryAsync(async () => (await new WorkerSessionsReader("lb1").ReadAsync(_ => Task.FromResult(mutations.Apply(Sessions)), new HaproxyVersion(2, 0), ["shop_10000"])).ToList());
        return read.GetAwaiter().GetResult()?.TrueForAll(s => s is { Backend: "shop_10000", Pending: > 0 }) ?? true;
    }, iter: 3000);

    private static StatsClient Client(byte[] body) => new(
        new LoadBalancerInstance("lb1", new Uri("http://lb1:9090")), new HttpClient(new Answering(body, "text/plain")), null, null);
}

/// <summary>Answers every request alike.</summary>
internal sealed class Answering(byte[] body, string mediaType, HttpStatusCode status = HttpStatusCode.OK) : HttpMessageHandler
{
    public Answering(string body, string mediaType, HttpStatusCode status = HttpStatusCode.OK)
        : this(Encoding.UTF8.GetBytes(body), mediaType, status)
    {
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = new(mediaType);
        return Task.FromResult(new HttpResponseMessage(status) { Content = content, RequestMessage = request });
    }
}
