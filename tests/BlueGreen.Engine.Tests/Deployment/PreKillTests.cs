using BlueGreen.Engine.Deployment;
using BlueGreen.Engine.Deployment.Deciding;
using BlueGreen.Engine.Marathon;
using BlueGreen.Engine.Tests.Session;
using Newtonsoft.Json.Linq;

namespace BlueGreen.Engine.Tests.Deployment;

public class PreKillTests
{
    [Fact]
    public void It_is_called_once_with_both_colours_and_the_tasks_that_are_then_killed()
    {
        var notices = new List<KillNotice>();
        var shop = new Shop { PreKill = new Hook(notice => { notices.Add(notice); return null; }) };

        var outcome = shop.Deploy();

        Assert.IsType<Decision.Done>(outcome.Decision);
        var notice = Assert.Single(notices);
        Assert.Equal(("/shop-blue", "/shop-green"), (notice.App.Id, notice.Other!.Id));
        Assert.Equal(outcome.Proofs.Select(p => p.TaskId).Distinct().Order(), notice.TaskIds.Order());
    }

    [Fact]
    public void It_is_called_before_the_user_is_asked_and_not_again_when_the_act_has_to_be_tried_again()
    {
        var said = new List<string>();
        var shop = new Shop { PreKill = new Hook(_ => { said.Add("hook"); return null; }) };
        shop.Approval = new Answer(act => { if (act.Destructive) said.Add("question"); return true; });
        var refused = false;
        shop.Marathon.BeforeCall = what =>
        {
            if (refused || what == "read" || !what.StartsWith("delete", StringComparison.Ordinal)) return;
            refused = true;
            throw new BlueGreenException(ErrorKind.Locked, "AppLocked", "held", "");
        };

        Assert.IsType<Decision.Done>(shop.Deploy().Decision);
        Assert.True(refused);
        Assert.Equal(["hook", "question"], said);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Its_refusal_holds_the_deployment_with_nothing_killed(bool throws)
    {
        var shop = new Shop
        {
            PreKill = new Hook(_ => throws ? throw new BlueGreenException(ErrorKind.Unsafe, "PreKillRefused", "not now", "wait") : "not now"),
        };

        var outcome = shop.Deploy();

        var hold = Assert.IsType<Decision.Hold>(outcome.Decision);
        Assert.Equal("PreKillRefused", hold.ReasonId);
        Assert.Contains("not now", hold.Reason);
        Assert.Equal(4, shop.Blue!.Instances);
        Assert.Empty(outcome.Proofs);
    }

    [Fact]
    public void What_the_cluster_does_while_it_runs_is_seen_before_the_kill()
    {
        var shop = new Shop();
        shop.PreKill = new Hook(_ =>
        {
            shop.World.Advance(TimeSpan.FromMinutes(3));
            shop.Cluster.LoadBalancers[0].IsUnreachable = true;
            shop.World.After(TimeSpan.FromSeconds(20), () => shop.Cluster.LoadBalancers[0].IsUnreachable = false);
            return null;
        });

        var outcome = shop.Deploy();

        Assert.IsType<Decision.Done>(outcome.Decision);
        Assert.All(outcome.Proofs, proof => Assert.True(proof.IsDrained));
        Assert.Equal(0, shop.Cluster.Lost);
    }

    [Fact]
    public async Task A_program_gets_old_app_task_ids_and_new_app_letter_for_letter_as_three_JSON_arguments()
    {
        using var program = new Program("""printf '%s\n' "$#" "$1" "$2" "$3" > "$0.seen"; echo noted""");
        var sink = new RecordingSink();
        var old = MarathonApp.Parse("""{"id":"/a-blue","cmd":"say \"a b\" \\\\ 'c' $HOME \\","nothing":null,"labels":{"ü":"1.10"}}""");

        var refusal = await new ExecutablePreKillHook(program.Path, sink)
            .RefuseAsync(new KillNotice(old, ["t\"1", "t2"], MarathonApp.Parse("""{"id":"/a-green"}""")), TestContext.Current.CancellationToken);

        Assert.Null(refusal);
        var seen = await File.ReadAllLinesAsync(program.Path + ".seen", TestContext.Current.CancellationToken);
        Assert.Equal("3", seen[0]);
        var expected = JObject.Parse(old.ToJson());
        expected.Remove("nothing");
        Assert.True(JToken.DeepEquals(expected, JObject.Parse(seen[1])), seen[1]);
        Assert.Equal("""["t\"1","t2"]""", seen[2]);
        Assert.Equal("""{"id":"/a-green"}""", seen[3]);
        Assert.Contains("Pre-kill hook: noted", sink.Of(MessageLevel.Information));
    }

    [Fact]
    public async Task A_program_that_ends_with_another_code_than_0_refuses()
    {
        using var program = new Program("exit 7");

        var refusal = await new ExecutablePreKillHook(program.Path, SilentSink.Instance)
            .RefuseAsync(new KillNotice(MarathonApp.Parse("""{"id":"/a"}"""), ["t"], null), TestContext.Current.CancellationToken);

        Assert.EndsWith("exit code 7", refusal);
    }

    [Fact]
    public async Task A_program_that_is_not_there_is_named()
    {
        var hook = new ExecutablePreKillHook("/nowhere/hook", SilentSink.Instance);

        var error = await Assert.ThrowsAsync<BlueGreenException>(() =>
            hook.RefuseAsync(new KillNotice(MarathonApp.Parse("""{"id":"/a"}"""), ["t"], null), TestContext.Current.CancellationToken));

        Assert.Equal(("PreKillNotStarted", "/nowhere/hook"), (error.ErrorId, error.Target));
    }

    private sealed class Hook(Func<KillNotice, string?> answer) : IPreKillHook
    {
        public Task<string?> RefuseAsync(KillNotice notice, CancellationToken cancellationToken) => Task.FromResult(answer(notice));
    }

    private sealed class Answer(Func<PlannedAct, bool> answer) : IApproval
    {
        public Task<bool> ApproveAsync(PlannedAct act, CancellationToken cancellationToken) => Task.FromResult(answer(act));
    }

    /// <summary>A shell script in a folder whose name has a space.</summary>
    private sealed class Program : IDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pre kill ");

        public Program(string body)
        {
            Path = System.IO.Path.Combine(_folder.FullName, "hook");
            File.WriteAllText(Path, $"#!/bin/sh\n{body}\n");
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(Path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        public string Path { get; }

        public void Dispose() => _folder.Delete(recursive: true);
    }
}
