using BlueGreen.Engine.Deployment;
using BlueGreen.Engine.Deployment.Deciding;
using BlueGreen.Simulation.Staged;

namespace BlueGreen.Engine.Tests.Deployment;

public class DeploymentLoopTests
{
    [Fact]
    public void Green_replaces_blue_with_nothing_lost_and_never_fewer_serving_than_wanted()
    {
        var shop = new Shop();

        var outcome = shop.Deploy();

        Assert.IsType<Decision.Done>(outcome.Decision);
        Assert.Null(shop.Blue);
        Assert.Equal(4, shop.Green!.Instances);
        Assert.Equal(0, shop.Cluster.Lost);
        Assert.Equal(4, shop.LowestServing);
        Assert.Equal(4, outcome.LowestServing);
    }

    [Fact]
    public void Green_grows_by_half_as_zdd_does_and_blue_is_never_scaled()
    {
        var shop = new Shop(instances: 10);

        shop.Deploy();

        Assert.Equal(
            ["create /shop-green", "scale /shop-green 2", "scale /shop-green 3", "scale /shop-green 5", "scale /shop-green 8",
             "scale /shop-green 10", "delete /shop-blue"],
            shop.Marathon.Changes);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Each_killed_task_has_a_proof_from_each_load_balancer(int loadBalancers)
    {
        var shop = new Shop(loadBalancers: loadBalancers);

        var proofs = shop.Deploy().Proofs;

        Assert.Equal(4 * loadBalancers, proofs.Length);
        Assert.All(proofs, proof =>
        {
            Assert.True(proof.IsDrained);
            Assert.Equal(DrainEvidence.ProcessSet, proof.Evidence);
            Assert.True(proof.OutOfPoolSince <= proof.IdleSince && proof.IdleSince <= proof.CheckedAt);
        });
    }

    [Fact]
    public void Blue_stays_as_long_as_an_old_worker_may_still_have_requests_on_it()
    {
        var shop = new Shop { Policy = new RolloutPolicy { DrainTimeout = TimeSpan.FromMinutes(2) } };
        shop.Cluster.RequestDuration = TimeSpan.FromSeconds(30);

        var outcome = shop.Deploy();

        Assert.IsType<Decision.Done>(outcome.Decision);
        Assert.Equal(0, shop.Cluster.Lost);
        Assert.Contains(outcome.Proofs, proof => proof.DrainTime > TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void Requests_that_do_not_end_hold_the_deployment_with_everything_served()
    {
        var shop = new Shop { Policy = new RolloutPolicy { DrainTimeout = TimeSpan.FromSeconds(20) } };
        shop.Cluster.RequestDuration = TimeSpan.FromHours(1);

        var hold = Assert.IsType<Decision.Hold>(shop.Deploy().Decision);

        Assert.Equal("DrainTimeout", hold.ReasonId);
        Assert.Contains("10.0.0.1:9090", hold.Reason);
        Assert.Equal(4, shop.Blue!.Instances);
        Assert.Equal(0, shop.Cluster.Lost);
    }

    [Fact]
    public void A_version_that_never_gets_healthy_ends_at_the_health_timeout_and_blue_serves_on()
    {
        var shop = new Shop { Policy = new RolloutPolicy { HealthTimeout = TimeSpan.FromSeconds(60) } };
        shop.Marathon.Behaviour = _ => TaskBehaviour.Of(TimeSpan.FromSeconds(1), healthyAfter: null);
        var began = shop.World.Now;

        var hold = Assert.IsType<Decision.Hold>(shop.Deploy().Decision);

        Assert.Equal("HealthTimeout", hold.ReasonId);
        Assert.InRange(shop.World.Now - began, TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(66));
        Assert.Equal(4, shop.LowestServing);
        Assert.Equal(["create /shop-green"], shop.Marathon.Changes);
    }

    [Fact]
    public void A_load_balancer_that_hears_nothing_any_more_is_named_and_nothing_is_killed()
    {
        var shop = new Shop { Policy = new RolloutPolicy { ConvergeTimeout = TimeSpan.FromSeconds(30) } };
        shop.Cluster.LoadBalancers[1].IsDeaf = true;

        var hold = Assert.IsType<Decision.Hold>(shop.Deploy().Decision);

        Assert.Equal("LoadBalancerTimeout", hold.ReasonId);
        Assert.Contains("10.0.0.2:9090", hold.Reason);
        Assert.Equal(["create /shop-green"], shop.Marathon.Changes);
    }

    [Fact]
    public void Green_grows_while_a_load_balancer_is_a_step_behind()
    {
        var (quick, slow) = (new Shop(instances: 10), new Shop(instances: 10));
        slow.Cluster.LoadBalancers[1].Shape = slow.Cluster.LoadBalancers[1].Shape with { LagMs = 2000 };
        var began = quick.World.Now;

        quick.Deploy();
        slow.Deploy();

        Assert.Equal(quick.Marathon.Changes, slow.Marathon.Changes);
        Assert.Equal((0, 10), (slow.Cluster.Lost, slow.LowestServing));
        // It is waited for with the first task and at the end, not in each of the six steps.
        Assert.True(slow.World.Now - quick.World.Now < TimeSpan.FromSeconds(3 * 2), $"{slow.World.Now - began} instead of {quick.World.Now - began}");
    }

    [Fact]
    public void Green_does_not_grow_while_a_load_balancer_serves_less_than_half_of_it()
    {
        var shop = new Shop(instances: 10) { Policy = new RolloutPolicy { ConvergeTimeout = TimeSpan.FromSeconds(30) } };
        shop.World.After(TimeSpan.FromSeconds(4), () => shop.Cluster.LoadBalancers[1].IsDeaf = true);

        var hold = Assert.IsType<Decision.Hold>(shop.Deploy().Decision);

        Assert.Equal("LoadBalancerTimeout", hold.ReasonId);
        Assert.Equal(["create /shop-green", "scale /shop-green 2", "scale /shop-green 3"], shop.Marathon.Changes);
    }

    [Fact]
    public void A_load_balancer_that_cannot_be_read_for_a_while_only_delays()
    {
        var shop = new Shop();
        shop.World.After(TimeSpan.FromSeconds(5), () => shop.Cluster.LoadBalancers[0].IsUnreachable = true);
        shop.World.After(TimeSpan.FromSeconds(35), () => shop.Cluster.LoadBalancers[0].IsUnreachable = false);

        Assert.IsType<Decision.Done>(shop.Deploy().Decision);
        Assert.Equal(0, shop.Cluster.Lost);
        Assert.Contains(shop.Cluster.Messages, text => text.Contains("10.0.0.1:9090: connection refused", StringComparison.Ordinal));
    }

    [Fact]
    public void A_Marathon_that_is_away_for_some_seconds_only_delays()
    {
        var shop = new Shop();
        var away = false;
        shop.World.After(TimeSpan.FromSeconds(5), () => away = true);
        shop.World.After(TimeSpan.FromSeconds(25), () => away = false);
        shop.Marathon.BeforeCall = _ =>
        {
            if (away) throw new BlueGreenException(ErrorKind.Unavailable, "MarathonUnreachable", "503", "");
        };

        Assert.IsType<Decision.Done>(shop.Deploy().Decision);
        Assert.Equal(0, shop.Cluster.Lost);
    }

    [Fact]
    public void A_lost_answer_to_a_change_that_was_made_does_no_harm()
    {
        var shop = new Shop();
        var lost = new HashSet<string>();
        shop.Marathon.AfterCall = what =>
        {
            if (what != "read" && lost.Add(what)) throw new BlueGreenException(ErrorKind.Unavailable, "MarathonUnreachable", "reset", "");
        };
        shop.Create("green", 1, tolerateLostAnswer: true);

        Assert.IsType<Decision.Done>(shop.Deploy().Decision);
        Assert.Equal(4, shop.Green!.Instances);
        Assert.Equal(0, shop.Cluster.Lost);
    }

    [Fact]
    public void A_third_app_in_the_group_stops_everything()
    {
        var shop = new Shop();
        shop.World.After(TimeSpan.FromSeconds(3), () => shop.Create("red", 1));

        var hold = Assert.IsType<Decision.Hold>(shop.Deploy().Decision);

        Assert.Equal("ThirdAppInGroup", hold.ReasonId);
        Assert.Contains("/shop-red", hold.Reason);
        Assert.NotNull(shop.Blue);
    }

    [Fact]
    public void Answering_no_to_the_removal_leaves_both_colours()
    {
        var shop = new Shop { Approval = new Answer(act => !act.Destructive) };

        var outcome = shop.Deploy();

        Assert.IsType<Decision.Delete>(outcome.Decision);
        Assert.NotNull(shop.Blue);
        Assert.Empty(outcome.Proofs);
    }

    [Fact]
    public void A_question_that_takes_minutes_is_followed_by_a_new_look_before_the_kill()
    {
        var shop = new Shop();
        shop.Approval = new Answer(act =>
        {
            if (!act.Destructive) return true;
            // While the user thinks, a load balancer puts blue back, as it does after a fail-over of Marathon.
            shop.World.Advance(TimeSpan.FromMinutes(3));
            shop.Cluster.LoadBalancers[0].IsUnreachable = true;
            shop.World.After(TimeSpan.FromSeconds(20), () => shop.Cluster.LoadBalancers[0].IsUnreachable = false);
            return true;
        });

        var outcome = shop.Deploy();

        Assert.IsType<Decision.Done>(outcome.Decision);
        Assert.All(outcome.Proofs, proof => Assert.True(proof.IsDrained));
        Assert.Equal(0, shop.Cluster.Lost);
    }

    [Fact]
    public void Nothing_is_read_from_Marathon_more_often_than_events_and_the_five_second_look_ask_for()
    {
        var shop = new Shop();
        var began = shop.World.Now;

        shop.Deploy();

        var seconds = (shop.World.Now - began).TotalSeconds;
        Assert.InRange(shop.Marathon.Reads, 5, (int)(seconds / 5) + 60);
    }

    [Theory]
    [InlineData("scale", ActKind.Scale)]
    [InlineData("delete", ActKind.Delete)]
    public void A_change_that_Marathon_does_not_allow_holds_the_deployment_and_is_named(string change, ActKind act)
    {
        var shop = new Shop();
        shop.Marathon.BeforeCall = what =>
        {
            if (what.StartsWith(change, StringComparison.Ordinal)) throw new BlueGreenException(ErrorKind.PermissionDenied, "PermissionDenied", "403", "ask");
        };

        var hold = Assert.IsType<Decision.Hold>(shop.Deploy().Decision);

        Assert.Equal(("PermissionDenied", act), (hold.ReasonId, hold.FailedAct));
        Assert.NotNull(shop.Blue);
    }

    private sealed class Answer(Func<PlannedAct, bool> answer) : IApproval
    {
        public Task<bool> ApproveAsync(PlannedAct act, CancellationToken cancellationToken) => Task.FromResult(answer(act));
    }

    [Fact]
    public void Fewer_serving_tasks_than_wanted_are_warned_of_with_what_is_known_of_why()
    {
        var shop = new Shop();
        // A server that was taken out and put back is down until its check has passed.
        shop.World.After(TimeSpan.FromMilliseconds(800), () => shop.Cluster.LoadBalancers[0].TakeOutAndPutBack(shop.Blue!.Tasks[0]));

        var outcome = shop.Deploy();

        Assert.Equal(3, outcome.LowestServing);
        Assert.Single(shop.Cluster.Messages, m => m.StartsWith("Only 3 of 4 tasks serve at the moment: load balancer 10.0.0.1:9090 has 1 down", StringComparison.Ordinal));
    }
}
