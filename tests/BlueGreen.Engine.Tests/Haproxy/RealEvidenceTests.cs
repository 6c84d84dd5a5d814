using BlueGreen.Engine.Deployment;
using BlueGreen.Engine.Haproxy.Runtime;

namespace BlueGreen.Engine.Tests.Haproxy;

/// <summary>What is known of a task's requests after a reload, on a real HAProxy, by each kind of socket.</summary>
public sealed class RealEvidenceTests
{
    public static TheoryData<string, bool, DrainEvidence> Kinds => new()
    {
        { "master", true, DrainEvidence.MasterSocket },
        { "admin", true, DrainEvidence.AdminSocket },
        { "admin", false, DrainEvidence.AdminSocket },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_long_connection_of_another_app_holds_nothing_up_and_a_request_in_flight_does(string kind, bool hasMaster, DrainEvidence expected)
    {
        Assert.SkipUnless(RealHaproxy.IsInstalled, "HAProxy is not installed.");
        await using var evidence = await Evidence.StartAsync(haproxy => [Socket(kind, haproxy)], hasMaster);
        await evidence.UntilAsync(e => e.Sockets.HasMaster is not null, "the socket is known to be this load balancer's");
        Assert.Equal(hasMaster, evidence.Sockets.HasMaster);
        var (request, other) = (evidence.BeginRequest(), evidence.BeginRequestToOther());
        await evidence.UntilAsync(e => e.Proof.TotalSessions == 1, "the request is under way");
        var old = evidence.Processes.Serving;

        evidence.Drain();
        await evidence.UntilAsync(e => e.Proof.Sessions is [.., { Serving: 0, OldProcesses: 1 }], "the old process is seen with the request");
        Assert.Contains("1 request is in flight in processes from before the last reload", evidence.Proof.WaitsFor, StringComparison.Ordinal);

        evidence.Release();
        Assert.Equal("done", await request);
        await evidence.UntilAsync(e => e.Proof.IsDrained, "drained although the other app's connection is open");
        Assert.False(other.IsCompleted);
        Assert.Contains(old, evidence.Processes.Others);
        Assert.Equal(DrainEvidence.ProcessSet | expected, evidence.Proof.Evidence);
        Assert.Equal(0, evidence.Proof.Sessions[^1].OldProcesses ?? 0);

        evidence.ReleaseOther();
        await evidence.UntilAsync(e => !e.Processes.All.Contains(old), "the old process ends as soon as its last connection has");
    }

    [Fact]
    public async Task Over_HTTP_alone_a_long_connection_of_another_app_is_waited_for()
    {
        Assert.SkipUnless(RealHaproxy.IsInstalled, "HAProxy is not installed.");
        await using var evidence = await Evidence.StartAsync(_ => []);
        await evidence.UntilAsync(e => e.Proof.WaitsFor == "it still gets requests", "the task serves");
        var other = evidence.BeginRequestToOther();
        await Task.Delay(200, TestContext.Current.CancellationToken);
        evidence.Drain();
        await evidence.UntilAsync(e => e.Proof.OutOfPoolSince is not null, "out of the pool");
        Assert.Matches("from before the last reload still ha(s|ve) connections", evidence.Proof.WaitsFor);

        evidence.ReleaseOther();
        await other;
        await evidence.UntilAsync(e => e.Proof.IsDrained, "drained");
        Assert.Equal(DrainEvidence.ProcessSet, evidence.Proof.Evidence);
    }

    [Fact]
    public async Task A_held_connection_does_not_keep_an_idle_old_process_alive()
    {
        Assert.SkipUnless(RealHaproxy.IsInstalled, "HAProxy is not installed.");
        await using var evidence = await Evidence.StartAsync(haproxy => [Evidence.Admin(haproxy)]);
        await evidence.UntilAsync(e => e.Sockets.HasMaster is not null, "the socket is known to be this load balancer's");
        var old = evidence.Processes.Serving;
        evidence.Drain();
        await evidence.UntilAsync(e => e.Proof.IsDrained, "drained");
        Assert.True(evidence.Proof.DrainTime < TimeSpan.FromSeconds(3), $"{evidence.Proof.DrainTime}");
        await evidence.UntilAsync(e => !e.Processes.All.Contains(old), "the old process has ended");
    }

    [Fact]
    public async Task Without_a_master_an_old_process_from_before_the_first_look_is_waited_for()
    {
        Assert.SkipUnless(RealHaproxy.IsInstalled, "HAProxy is not installed.");
        await using var evidence = await Evidence.StartAsync(_ => [], hasMaster: false);
        var request = evidence.BeginRequest();
        await Task.Delay(300, TestContext.Current.CancellationToken);
        evidence.Drain();
        await Task.Delay(1000, TestContext.Current.CancellationToken);
        await evidence.UntilAsync(e => e.Processes.Others.Count == 1, "one old process at the first look");
        Assert.Contains("there before the first look", evidence.Proof.WaitsFor, StringComparison.Ordinal);
        Assert.Equal(HaproxyVersion.Parse(evidence.Processes.HaproxyVersion).CountsMaster ? false : null, evidence.Processes.HasMaster);

        evidence.Release();
        await request;
        await evidence.UntilAsync(e => e.Proof.IsDrained, "drained");
    }

    private static IRuntimeSocket Socket(string kind, RealHaproxy haproxy) => kind == "master" ? Evidence.Master(haproxy) : Evidence.Admin(haproxy);
}
