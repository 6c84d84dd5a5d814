using BlueGreen.Engine.Deployment.Deciding;
using BlueGreen.Engine.Marathon;
using BlueGreen.Simulation.Staged;

namespace BlueGreen.Engine.Tests.Deployment;

public class ForeignChangeTests
{
    [Theory]
    [InlineData("/shop-blue", 6)]
    [InlineData("/shop-blue", 2)]
    [InlineData("/shop-green", 7)]
    public void A_colour_that_somebody_else_scales_holds_the_deployment_and_is_named(string id, int instances)
    {
        var shop = new Shop();
        var at = TimeSpan.FromSeconds(6);
        var before = 0;
        shop.World.After(at, () =>
        {
            before = shop.Marathon.Apps[id].Instances;
            shop.Marathon.Scale(shop.Marathon.Apps[id], instances);
        });

        var hold = Held(shop);

        Assert.StartsWith($"{id} was scaled from {before} to {instances} instances at 2026-01-01 00:00:16Z by Marathon's clock, not by this deployment", hold.Reason, StringComparison.Ordinal);
        // Scaling down is over at once; what is still under way is named.
        if (instances > before) Assert.Contains("but by Marathon's deployment deployment-", hold.Reason, StringComparison.Ordinal);
        Assert.Contains("Resume-BlueGreenDeployment", hold.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void A_colour_that_is_scaled_and_put_back_is_noticed_since_that_turns_the_roles()
    {
        var shop = new Shop();
        shop.World.After(TimeSpan.FromSeconds(6), () =>
        {
            shop.Marathon.Scale(shop.Blue!, 5);
            shop.Marathon.Scale(shop.Blue!, 4);
        });

        Assert.Contains("/shop-blue was scaled and is back at 4 instances", Held(shop).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_restart_by_somebody_else_is_noticed()
    {
        var shop = new Shop();
        shop.World.After(TimeSpan.FromSeconds(6), () => shop.Marathon.Change(shop.Blue!));

        Assert.Contains("/shop-blue was changed or restarted at 2026-01-01 00:00:16Z", Held(shop).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_label_that_somebody_else_changes_is_named_with_both_values()
    {
        var shop = new Shop();
        shop.World.After(TimeSpan.FromSeconds(6), () => shop.Marathon.Change(shop.Green!, json => json["labels"]![DeploymentLabels.TargetInstances] = "9"));

        Assert.Contains("label HAPROXY_DEPLOYMENT_TARGET_INSTANCES from 4 to 9", Held(shop).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void An_old_colour_that_somebody_else_removes_does_not_pass_for_a_finished_deployment()
    {
        var shop = new Shop();
        shop.World.After(TimeSpan.FromSeconds(6), () => shop.Marathon.DeleteAppAsync("/shop-blue", ChangeOptions.Default, default));

        Assert.Contains("/shop-blue is gone", Held(shop).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Going_on_takes_the_state_as_it_is()
    {
        var shop = new Shop();
        shop.World.After(TimeSpan.FromSeconds(6), () => shop.Marathon.Scale(shop.Blue!, 10));
        Held(shop);

        Assert.IsType<Decision.Done>(shop.Deploy().Decision);
        Assert.Equal(0, shop.Cluster.Lost);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_act_whose_answer_is_lost_is_nobody_elses(bool beforeItHappened)
    {
        var shop = new Shop(instances: 6);
        var lost = new HashSet<string>();
        void Lose(string what)
        {
            if (what != "read" && lost.Add(what)) throw new BlueGreenException(ErrorKind.Unavailable, "MarathonUnreachable", "reset", "");
        }

        shop.Create("green", 1);
        if (beforeItHappened) shop.Marathon.BeforeCall = Lose;
        else shop.Marathon.AfterCall = Lose;

        Assert.IsType<Decision.Done>(shop.Deploy().Decision);
        Assert.True(lost.Count > 3);
    }

    [Fact]
    public void A_kill_of_which_fewer_tasks_are_taken_off_than_asked_for_is_expected()
    {
        var expected = Expectation.Nothing.Next(Look(4));
        var kill = new Decision.Kill("/shop-blue", ["a", "b"], "");
        var answered = expected.Before(kill).After(kill, ["d"], followedUp: true, DateTimeOffset.UnixEpoch);

        foreach (var left in new[] { 2, 3, 4 }) Assert.False(answered.Next(Look(left)).Apps["/shop-blue"].IsOpen);
        Assert.True(answered.Next(Look(1)).Apps["/shop-blue"].IsOpen, "one fewer than was asked for is somebody else's doing");
        Assert.Equal([2, 3, 4], expected.Before(kill).Before(kill).Apps["/shop-blue"].Instances);
    }

    private static BlueGreen.Engine.Deployment.Observing.Observation Look(int instances) => new(
        DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, [MarathonApp.Parse($$"""{"id": "/shop-blue", "instances": {{instances}}}""")], []);

    private static Decision.Hold Held(Shop shop)
    {
        var hold = Assert.IsType<Decision.Hold>(shop.Deploy().Decision);
        Assert.Equal("ForeignChange", hold.ReasonId);
        return hold;
    }
}
