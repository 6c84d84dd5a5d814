using BlueGreen.Engine.Deployment;
using BlueGreen.Engine.Deployment.Acting;
using BlueGreen.Engine.Deployment.Deciding;
using BlueGreen.Engine.Deployment.Journaling;
using BlueGreen.Engine.Haproxy;

namespace BlueGreen.Engine.Tests.Deployment;

/// <summary>Servers without a check that came back into the pool and stay down: marathon-lb loads the state that it saved while they were disabled.</summary>
public class MenderTests
{
    [Fact]
    public void With_a_socket_exactly_the_servers_that_stay_down_are_told_to_be_up()
    {
        var shop = new StoppedShop().Shows("lb1", StoppedShop.First, "DOWN").Shows("lb2", StoppedShop.First, "DOWN").HasSocket("lb1").HasSocket("lb2");

        var mend = Assert.IsType<Decision.Mend>(shop.Decide());

        Assert.Equal(
            [new IdleServer("lb1", "shop_10000", StoppedShop.First), new IdleServer("lb2", "shop_10000", StoppedShop.First)], mend.Servers);
        Assert.Equal("/shop-blue", mend.AppId);
        Assert.Contains("lb1 keeps shop_10000/10_0_6_25_31000 of the task blue.0 down", mend.Reason, StringComparison.Ordinal);
        Assert.Equal(
            "Mend shop_10000/10_0_6_25_31000 on lb1, shop_10000/10_0_6_25_31000 on lb2 by the admin socket (health up)", Act.Describe(mend).Action);
        Assert.Null(Act.TasksToKill(mend));
    }

    [Fact]
    public void With_a_socket_a_task_that_serves_on_another_load_balancer_is_mended_too() =>
        Assert.Single(Assert.IsType<Decision.Mend>(new StoppedShop().Shows("lb2", StoppedShop.Second, "DOWN").HasSocket("lb2").Decide()).Servers);

    [Fact]
    public void Without_a_socket_a_task_that_serves_nowhere_and_is_idle_is_killed_without_scaling()
    {
        var shop = Down();

        var renew = Assert.IsType<Decision.Renew>(shop.Decide());

        Assert.Equal(["blue.0"], renew.TaskIds);
        Assert.False(renew.CutsSessions);
        Assert.Null(Refusal(shop, renew));
        // The number stays, so nobody takes it for a change by somebody else, and no roles turn.
        Assert.Empty(Effect.Of(renew));
    }

    [Fact]
    public void While_a_task_that_was_killed_for_another_to_take_its_place_is_listed_nothing_else_is_done()
    {
        var shop = Down();
        shop.Acts(shop.Decide());

        var wait = Assert.IsType<Decision.Wait>(shop.Decide(1));

        Assert.Equal(WaitKind.Health, wait.Kind);
        Assert.Contains("blue.0, which was killed for another to take its place, has not ended yet", wait.Reason, StringComparison.Ordinal);
        Assert.IsType<Decision.Renew>(shop.Decide(31));
    }

    [Fact]
    public void All_that_stay_down_and_are_idle_are_killed_in_one_call() => Assert.Equal(
        ["blue.0", "blue.1"], Assert.IsType<Decision.Renew>(Down().Shows("lb1", StoppedShop.Second, "DOWN").Shows("lb2", StoppedShop.Second, "DOWN").Decide()).TaskIds);

    [Fact]
    public void While_something_is_pending_on_the_task_it_is_not_killed()
    {
        var shop = Down().Shows("lb2", StoppedShop.First, "DOWN", sessions: 1);

        var wait = Assert.IsType<Decision.Wait>(shop.Decide());

        Assert.Equal(WaitKind.Drain, wait.Kind);
        Assert.Contains("blue.0 on lb2: requests are in flight", wait.Reason, StringComparison.Ordinal);
        Assert.Contains("work may be pending", Refusal(shop, Assert.IsType<Decision.Renew>(wait.Otherwise)), StringComparison.Ordinal);
        Assert.True(Assert.IsType<Decision.Renew>(wait.Otherwise).CutsSessions);
    }

    [Fact]
    public void While_a_process_from_before_the_reload_may_have_sessions_on_it_the_task_is_not_killed()
    {
        var shop = Down();
        shop.Processes = [1, 2, 3];

        Assert.Equal(WaitKind.Drain, Assert.IsType<Decision.Wait>(shop.Decide()).Kind);
    }

    [Theory]
    [InlineData("no check")]
    [InlineData("UP")]
    public void A_task_that_serves_on_another_load_balancer_is_never_killed_and_the_hold_names_server_load_balancer_and_remedy(string elsewhere)
    {
        var shop = new StoppedShop().Shows("lb1", StoppedShop.First, "DOWN").Shows("lb2", StoppedShop.First, elsewhere);

        Assert.Equal(WaitKind.Convergence, Assert.IsType<Decision.Wait>(shop.Decide()).Kind);
        var hold = Assert.IsType<Decision.Hold>(shop.Decide(seconds: 3600));

        Assert.Equal("ServerStaysDown", hold.ReasonId);
        Assert.Contains("load balancer lb1 keeps shop_10000/10_0_6_25_31000 of the task blue.0 down", hold.Reason, StringComparison.Ordinal);
        Assert.Contains("Set-HaproxyServer shop_10000 10_0_6_25_31000 -State Ready", hold.Remedy, StringComparison.Ordinal);
        Assert.Contains("Stop-MarathonTask blue.0", hold.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void A_socket_that_is_silent_now_has_nothing_killed()
    {
        var shop = Down().HasSocket("lb1", problem: "the socket unix:/run/haproxy is silent");

        Assert.Contains("the socket unix:/run/haproxy is silent", Assert.IsType<Decision.Wait>(shop.Decide()).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_socket_of_which_it_is_not_known_yet_whose_it_is_has_nothing_killed() =>
        Assert.IsType<Decision.Wait>(Down().AwaitsSocket("lb1").Decide());

    [Fact]
    public void Where_one_load_balancer_has_a_socket_and_the_other_none_the_task_is_killed_and_not_first_brought_up_on_one() =>
        Assert.IsType<Decision.Renew>(Down().HasSocket("lb1").Decide());

    [Fact]
    public void Nothing_is_done_while_a_load_balancer_cannot_be_read() =>
        Assert.IsType<Decision.Wait>(Down().IsUnreadable("lb2").Decide());

    [Fact]
    public void Nothing_is_done_for_a_task_that_Marathon_does_not_call_healthy()
    {
        var shop = new StoppedShop(isBlueHealthy: false).Shows("lb1", StoppedShop.First, "DOWN").HasSocket("lb1").HasSocket("lb2");

        Assert.Equal(WaitKind.Health, Assert.IsType<Decision.Wait>(shop.Decide()).Kind);
    }

    [Fact]
    public void A_server_that_its_own_check_has_down_is_waited_for()
    {
        var shop = new StoppedShop().Shows("lb1", StoppedShop.First, "DOWN 1/2").HasSocket("lb1").HasSocket("lb2");

        Assert.Equal(WaitKind.Convergence, Assert.IsType<Decision.Wait>(shop.Decide()).Kind);
    }

    [Fact]
    public void After_five_attempts_it_holds_whatever_stops_them_again()
    {
        var shop = Down();
        for (var attempt = 0; attempt < 5; attempt++) shop.Acts(Assert.IsType<Decision.Renew>(shop.Decide(attempt * 40)));

        var hold = Assert.IsType<Decision.Hold>(shop.Decide(240));

        Assert.Equal("ServerStaysDown", hold.ReasonId);
        Assert.Contains("after 5 attempts", hold.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Attempts_that_got_no_answer_count_too()
    {
        var shop = Down().HasSocket("lb1").HasSocket("lb2");
        for (var attempt = 0; attempt < 5; attempt++)
        {
            var mend = Assert.IsType<Decision.Mend>(shop.Decide(attempt));
            shop.Begins(mend);
        }

        Assert.Equal("ServerStaysDown", Assert.IsType<Decision.Hold>(shop.Decide(5)).ReasonId);
    }

    [Fact]
    public void A_journal_keeps_what_was_mended()
    {
        var mend = Assert.IsType<Decision.Mend>(Down().HasSocket("lb1").HasSocket("lb2").Decide());
        var renew = Assert.IsType<Decision.Renew>(Down().Decide());

        foreach (var act in new Decision[] { mend, renew })
        {
            using var written = new StringWriter();
            JournalJson.Write(written, new JournalEntry.Decided(DateTimeOffset.UnixEpoch, act));
            Assert.Equal(act, Assert.IsType<JournalEntry.Decided>(JournalJson.Read(written.ToString())).Decision);
        }
    }

    /// <summary>The first of blue's tasks stays down everywhere.</summary>
    private static StoppedShop Down() => new StoppedShop().Shows("lb1", StoppedShop.First, "DOWN").Shows("lb2", StoppedShop.First, "DOWN");

    private static string? Refusal(StoppedShop shop, Decision.Renew renew)
    {
        var situation = shop.Course.Situation;
        var tasks = situation.Seen.Apps.SelectMany(app => app.Tasks).Where(task => renew.TaskIds.Contains(task.Id));
        return KillGate.Refusal(situation, tasks, mayCutSessions: false, situation.Seen.At);
    }
}
