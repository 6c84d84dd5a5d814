using BlueGreen.Engine.Deployment;
using BlueGreen.Engine.Deployment.Deciding;
using BlueGreen.Engine.Deployment.Locking;
using BlueGreen.Engine.Marathon;
using BlueGreen.Simulation;
using BlueGreen.Simulation.Staged;

namespace BlueGreen.Engine.Tests.Deployment;

public class DriverLockTests
{
    private static readonly DriverIdentity Ann = new("build7", "ann", "4711 1 -");
    private static readonly DriverIdentity Bob = new("laptop", "bob", "12 1 -");
    private readonly StagedCluster _cluster = new();
    private readonly RolloutPolicy _policy = new();

    private World World => _cluster.World;

    private IEnumerable<string> Locks => _cluster.Marathon.Apps.Keys.Where(id => id.Contains("lock", StringComparison.Ordinal));

    [Fact]
    public async Task A_deployment_leaves_no_lock_behind_and_renews_it_while_it_runs()
    {
        await Driver(Ann).DeployAsync(Definition(), _policy, TestContext.Current.CancellationToken);
        _cluster.Marathon.Changes.Clear();
        _cluster.RequestDuration = TimeSpan.FromSeconds(40);
        var began = World.Now;

        var result = await Driver(Ann).DeployAsync(Definition(), _policy, TestContext.Current.CancellationToken);

        Assert.Equal(DeploymentResult.Completed, result.Result);
        Assert.Empty(Locks);
        Assert.Equal("create /bluegreen-lock-shop.1", _cluster.Marathon.Changes[0]);
        Assert.Equal("delete /bluegreen-lock-shop.1", _cluster.Marathon.Changes[^1]);
        Assert.Equal((int)((World.Now - began).TotalSeconds / 15), _cluster.Marathon.Changes.Count(c => c == "update /bluegreen-lock-shop.1"));
        Assert.Equal(0, _cluster.Lost);
    }

    [Fact]
    public async Task A_second_driver_is_refused_with_the_first_ones_host_user_and_time()
    {
        await Driver(Ann).DeployAsync(Definition(), _policy, TestContext.Current.CancellationToken);
        BlueGreenException? start = null, undo = null;
        World.After(TimeSpan.FromSeconds(4), () =>
        {
            start = Refusal(Driver(Bob).DeployAsync(Definition(), _policy, TestContext.Current.CancellationToken));
            undo = Refusal(Driver(Bob).GoOnAsync("shop", Direction.Back, _policy, TestContext.Current.CancellationToken));
        });

        var result = await Driver(Ann).DeployAsync(Definition(), _policy, TestContext.Current.CancellationToken);

        Assert.Equal(DeploymentResult.Completed, result.Result);
        foreach (var error in new[] { start!, undo! })
        {
            Assert.Equal(("GroupHeld", ErrorKind.Locked), (error.ErrorId, error.Kind));
            Assert.Matches(@"held by ann on build7 \(process 4711\), who deploys /shop-green since 2026-01-01 00:\d\d:\d\dZ", error.Message);
        }
    }

    [Fact]
    public async Task A_driver_that_is_lost_on_another_host_is_outlived_after_its_hold_has_run_out_and_a_renewal_and_a_half()
    {
        Leave(Ann, World.RightTime - TimeSpan.FromSeconds(61));
        var began = World.Now;

        var result = await Driver(Bob).DeployAsync(Definition(), _policy, TestContext.Current.CancellationToken);

        Assert.Equal(DeploymentResult.Created, result.Result);
        Assert.Contains("create /bluegreen-lock-shop.2", _cluster.Marathon.Changes);
        Assert.InRange(World.Now - began, TimeSpan.FromSeconds(22.5), TimeSpan.FromSeconds(60));
        Assert.Empty(Locks);
    }

    [Fact]
    public void A_driver_whose_last_sign_is_younger_than_that_is_believed_to_be_there()
    {
        Leave(Ann, World.RightTime - TimeSpan.FromSeconds(50));
        var began = World.Now;

        Assert.Equal("GroupHeld", Refusal(Driver(Bob).DeployAsync(Definition(), _policy, TestContext.Current.CancellationToken)).ErrorId);
        Assert.Equal(began, World.Now);
        Assert.Single(Locks);
    }

    [Theory]
    [InlineData(-600)]
    [InlineData(600)]
    public void A_driver_whose_clock_differs_is_told_from_a_lost_one_by_its_renewals(int seconds)
    {
        var skew = TimeSpan.FromSeconds(seconds);
        Leave(Ann, World.RightTime + skew);
        var renewals = 0;
        World.Every(TimeSpan.FromSeconds(15), () =>
        {
            renewals++;
            var app = _cluster.Marathon.Apps["/bluegreen-lock-shop.1"];
            app.Json["labels"]!["BLUEGREEN_LOCK_RENEWED"] = $"{World.RightTime + skew:yyyy-MM-dd HH:mm:ss}Z";
            app.Touch();
        });

        Assert.Equal("GroupHeld", Refusal(Driver(Bob).DeployAsync(Definition(), _policy, TestContext.Current.CancellationToken)).ErrorId);
        Assert.InRange(renewals, 2, 3);
        Assert.Single(Locks);
    }

    [Fact]
    public async Task A_process_that_is_gone_for_certain_is_outlived_at_once()
    {
        Leave(Ann, World.RightTime);

        var result = await Driver(Bob, isGone: who => who == Ann).DeployAsync(Definition(), _policy, TestContext.Current.CancellationToken);

        Assert.Equal(DeploymentResult.Created, result.Result);
        Assert.Contains(_cluster.Messages, m => m.Contains("ann on build7", StringComparison.Ordinal) && m.Contains("taken over", StringComparison.Ordinal));
        Assert.Empty(Locks);
    }

    [Fact]
    public async Task A_driver_that_was_taken_for_dead_kills_nothing_when_it_wakes_up()
    {
        await Driver(Ann).DeployAsync(Definition(), _policy, TestContext.Current.CancellationToken);
        var approval = new AtRemoval(() => Leave(Bob, World.RightTime, generation: 2));

        var result = await Driver(Ann, approval).DeployAsync(Definition(), _policy, TestContext.Current.CancellationToken);

        Assert.Equal((DeploymentResult.Held, "DriverReplaced"), (result.Result, result.ReasonId));
        Assert.Contains("bob on laptop", result.Reason, StringComparison.Ordinal);
        Assert.Contains("/shop-blue", _cluster.Marathon.Apps.Keys);
        Assert.Equal(["/bluegreen-lock-shop.2"], Locks);
    }

    [Fact]
    public async Task A_driver_that_could_not_renew_its_hold_kills_nothing()
    {
        await Driver(Ann).DeployAsync(Definition(), _policy, TestContext.Current.CancellationToken);
        _cluster.Marathon.BeforeCall = what =>
        {
            if (what.StartsWith("update", StringComparison.Ordinal)) throw new BlueGreenException(ErrorKind.PermissionDenied, "PermissionDenied", "403", "");
        };
        var approval = new AtRemoval(() => World.Advance(TimeSpan.FromSeconds(90)));

        var result = await Driver(Ann, approval).DeployAsync(Definition(), _policy, TestContext.Current.CancellationToken);

        Assert.Equal((DeploymentResult.Held, "DriverReplaced"), (result.Result, result.ReasonId));
        Assert.Single(_cluster.Messages, m => m.Contains("could not be renewed", StringComparison.Ordinal));
        Assert.Contains("/shop-blue", _cluster.Marathon.Apps.Keys);
    }

    /// <summary>Growth takes no task away, but turns the roles against another driver that goes back meanwhile.</summary>
    [Fact]
    public async Task A_driver_that_slept_while_another_one_took_the_group_does_not_even_grow()
    {
        await Driver(Ann).DeployAsync(Definition(), _policy, TestContext.Current.CancellationToken);
        var approval = new AtGrowth(() =>
        {
            // The machine sleeps: its monotonic clock stands still, and the renewals with it.
            World.ClockError += TimeSpan.FromMinutes(5);
            Leave(Bob, World.RightTime, generation: 2);
        });

        var result = await Driver(Ann, approval).DeployAsync(Definition(), _policy, TestContext.Current.CancellationToken);

        Assert.Equal((DeploymentResult.Held, "DriverReplaced"), (result.Result, result.ReasonId));
        Assert.DoesNotContain(_cluster.Marathon.Changes, change => change.StartsWith("scale", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_question_that_takes_minutes_does_not_lose_the_hold()
    {
        await Driver(Ann).DeployAsync(Definition(), _policy, TestContext.Current.CancellationToken);
        var approval = new AtRemoval(() => World.Advance(TimeSpan.FromMinutes(3)));

        Assert.Equal(DeploymentResult.Completed, (await Driver(Ann, approval).DeployAsync(Definition(), _policy, TestContext.Current.CancellationToken)).Result);
    }

    [Fact]
    public async Task A_lock_that_somebody_removes_by_hand_ends_the_deployment_before_the_next_kill()
    {
        await Driver(Ann).DeployAsync(Definition(), _policy, TestContext.Current.CancellationToken);
        World.After(TimeSpan.FromSeconds(5), () => _cluster.Marathon.Apps.Remove("/bluegreen-lock-shop.1"));

        var result = await Driver(Ann).DeployAsync(Definition(), _policy, TestContext.Current.CancellationToken);

        Assert.Equal("DriverReplaced", result.ReasonId);
        Assert.Contains("somebody removed", result.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ErrorKind.PermissionDenied)]
    [InlineData(ErrorKind.InvalidData)]
    public async Task A_Marathon_that_does_not_take_the_lock_ends_it_unless_that_is_allowed(ErrorKind kind)
    {
        _cluster.Marathon.BeforeCall = what =>
        {
            if (what.StartsWith("create /bluegreen-lock", StringComparison.Ordinal)) throw new BlueGreenException(kind, "X", "no", "");
        };

        Assert.Equal("GroupLockRefused", Refusal(Driver(Ann).DeployAsync(Definition(), _policy, TestContext.Current.CancellationToken)).ErrorId);
        Assert.Empty(_cluster.Marathon.Apps);
        Assert.Equal(DeploymentResult.Created, (await Driver(Ann).DeployAsync(Definition(), _policy with { AllowNoLock = true }, TestContext.Current.CancellationToken)).Result);
        Assert.Contains(_cluster.Messages, m => m.Contains("Going on without it", StringComparison.Ordinal));
    }

    [Fact]
    public void An_error_in_mid_run_leaves_no_lock_behind()
    {
        _cluster.Marathon.BeforeCall = what =>
        {
            if (what == "create /shop-blue") throw new BlueGreenException(ErrorKind.InvalidData, "AppRefused", "no", "");
        };

        Assert.Equal("AppRefused", Refusal(Driver(Ann).DeployAsync(Definition(), _policy, TestContext.Current.CancellationToken)).ErrorId);
        Assert.Empty(Locks);
    }

    [Theory]
    [InlineData("shop", "/web/shop-blue", "/web/bluegreen-lock-shop.1")]
    [InlineData("/web/Shop", "/web/shop", "/web/bluegreen-lock-web-shop-")]
    [InlineData("web-shop", "web/shop", "/web/bluegreen-lock-web-shop.1")]
    public void The_lock_lies_in_the_folder_of_the_groups_app_under_an_id_that_is_legal(string group, string app, string id) =>
        Assert.StartsWith(id, Lock(Ann, World.RightTime, 1) with { Group = group, Folder = LockApp.FolderOf(app) } is var l ? l.Id : "", StringComparison.Ordinal);

    [Fact]
    public void This_process_is_not_gone_and_one_of_another_host_is_never_gone_for_certain()
    {
        var self = DriverIdentity.Current;
        var parts = self.Process.Split(' ');

        Assert.Equal(3, parts.Length);
        Assert.False(DriverIdentity.IsGone(self));
        Assert.True(DriverIdentity.IsGone(self with { Process = $"{parts[0]} 1 {parts[2]}" }), "the number was given to another process");
        Assert.True(DriverIdentity.IsGone(self with { Process = $"{int.MaxValue} 1 {parts[2]}" }));
        Assert.False(DriverIdentity.IsGone(self with { Process = $"{int.MaxValue} 1 elsewhere" }));
        Assert.False(DriverIdentity.IsGone(self with { Host = "other", Process = $"{int.MaxValue} 1 {parts[2]}" }));
        Assert.False(DriverIdentity.IsGone(self with { Process = "nonsense" }));
    }

    private static BlueGreenException Refusal(Task<BlueGreenDeployment> task)
    {
        Assert.True(task.IsFaulted, "it was not refused");
        return Assert.IsType<BlueGreenException>(task.Exception!.InnerException);
    }

    private BlueGreenDeployer Driver(DriverIdentity who, IApproval? approval = null, Func<DriverIdentity, bool>? isGone = null)
    {
        var cluster = _cluster.For(approval);
        return new BlueGreenDeployer(cluster with { Lock = new MarathonDriverLock(cluster, who, isGone ?? (_ => false)) });
    }

    private void Leave(DriverIdentity who, DateTimeOffset renewed, int generation = 1) =>
        _cluster.Marathon.CreateAppAsync(Lock(who, renewed, generation).Define(), ChangeOptions.Default, TestContext.Current.CancellationToken).GetAwaiter().GetResult();

    private static LockApp Lock(DriverIdentity who, DateTimeOffset renewed, int generation) => new()
    {
        Group = "shop", Folder = "/", Generation = generation, Token = $"{who.User}{generation}", Driver = who, Does = "deploys /shop", Since = renewed, Renewed = renewed,
    };

    private static AppDefinition Definition() => AppDefinition.Parse(
        """
        {
          "id": "/shop", "instances": 4, "cmd": "x", "portDefinitions": [{"port": 10000}], "healthChecks": [{"protocol": "HTTP"}],
          "labels": {"HAPROXY_DEPLOYMENT_GROUP": "shop", "HAPROXY_DEPLOYMENT_ALT_PORT": "10001"}
        }
        """, "shop.json");

    private sealed class AtGrowth(Action action) : IApproval
    {
        public Task<bool> ApproveAsync(PlannedAct act, CancellationToken cancellationToken)
        {
            if (act.Kind == ActKind.Scale) action();
            return Task.FromResult(true);
        }
    }

    private sealed class AtRemoval(Action action) : IApproval
    {
        public Task<bool> ApproveAsync(PlannedAct act, CancellationToken cancellationToken)
        {
            if (act.Destructive) action();
            return Task.FromResult(true);
        }
    }
}
