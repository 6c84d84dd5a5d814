using BlueGreen.Acceptance.Support;

namespace BlueGreen.Acceptance.Chaos;

/// <summary>No fault at all, but long requests everywhere.</summary>
public sealed class BusyServiceTests(LabFixture lab) : IClassFixture<LabFixture>
{
    [Fact]
    public async Task Ten_instances_are_replaced_with_requests_of_ten_seconds_in_flight_and_kept_connections_on_each_load_balancer()
    {
        using var shop = await Shop.OpenAsync(lab, instances: 10);
        using var load = await shop.StartLoadAsync(slowMilliseconds: 10_000);

        var deployment = Shop.AssertCompleted(await shop.BeginDeployment(version: 2).Outcome);

        await shop.IsServedAloneAsync(version: 2);
        Assert.Empty(await Shop.LossesAsync(load));
        Assert.Equal(10, deployment.Properties["TasksKilled"].Value);
    }
}
