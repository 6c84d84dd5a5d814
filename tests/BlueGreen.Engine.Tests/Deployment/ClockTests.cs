using BlueGreen.Engine.Deployment;
using BlueGreen.Engine.Deployment.Deciding;
using BlueGreen.Simulation.Staged;

namespace BlueGreen.Engine.Tests.Deployment;

/// <summary>The wall clock is set while a deployment runs, by hand or by NTP.</summary>
public class ClockTests
{
    public static TheoryData<TimeSpan> Jumps => [TimeSpan.FromHours(1), TimeSpan.FromHours(-1)];

    [Theory]
    [MemberData(nameof(Jumps))]
    public void Neither_ends_a_wait_early_nor_keeps_it_from_ending(TimeSpan jump)
    {
        var shop = new Shop { Policy = new RolloutPolicy { HealthTimeout = TimeSpan.FromSeconds(60) } };
        shop.Marathon.Behaviour = _ => TaskBehaviour.Of(TimeSpan.FromSeconds(1), healthyAfter: null);
        shop.World.After(TimeSpan.FromSeconds(20), () => shop.World.ClockError = jump);
        var began = shop.World.Now;

        Assert.Equal("HealthTimeout", Assert.IsType<Decision.Hold>(shop.Deploy().Decision).ReasonId);
        Assert.InRange(shop.World.Now - began, TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(66));
    }

    [Theory]
    [MemberData(nameof(Jumps))]
    public void A_clock_set_again_and_again_neither_loses_a_request_nor_holds_anything_up(TimeSpan jump)
    {
        var shop = new Shop();
        shop.World.Every(TimeSpan.FromMilliseconds(700), () => shop.World.ClockError = shop.World.ClockError == default ? jump : default);
        var began = shop.World.Now;

        Assert.IsType<Decision.Done>(shop.Deploy().Decision);

        Assert.Equal(0, shop.Cluster.Lost);
        Assert.InRange(shop.World.Now - began, TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(1));
    }
}
