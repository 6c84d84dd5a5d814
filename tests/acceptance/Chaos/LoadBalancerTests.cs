using BlueGreen.Acceptance.Support;

namespace BlueGreen.Acceptance.Chaos;

/// <summary>A load balancer dies or goes stale in the middle of a deployment.</summary>
public sealed class LoadBalancerTests(LabFixture lab) : IClassFixture<LabFixture>
{
    private const int Instances = 4;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task One_whose_HAProxy_is_killed_loses_its_own_requests_only_and_the_deployment_ends_when_it_is_back(bool isMaster)
    {
        using var shop = await Shop.OpenAsync(lab, Instances);
        using var load = await shop.StartLoadAsync();
        var deployment = shop.BeginDeployment(version: 2);
        await shop.WhenAsync(apps => apps is [_, { Healthy.Count: >= 2 }], "the new colour grows");

        var killed = DateTimeOffset.UtcNow;
        LabProcesses.Signal("KILL", isMaster ? shop.Processes.Master(2) : shop.Processes.Worker(2));
        Shop.Say("killed");

        Shop.AssertCompleted(await deployment.Outcome);
        await shop.IsServedAloneAsync(version: 2);
        var losses = await Shop.LossesAsync(load);
        Assert.All(losses, loss => Assert.Equal(shop.LoadBalancers[1].Host, loss.Host));
        // It is started again after a second, and serves what it knew before.
        Assert.All(losses, loss => Assert.InRange(loss.Second - killed, TimeSpan.FromSeconds(-1), TimeSpan.FromSeconds(6)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(Instances)]
    public async Task One_that_goes_stale_is_named_and_nothing_is_killed_until_it_goes_on(int whenInstances)
    {
        using var shop = await Shop.OpenAsync(lab, Instances);
        using var load = await shop.StartLoadAsync();
        var deployment = shop.BeginDeployment(version: 2);
        var old = (await shop.WhenAsync(apps => apps is [_, var young] && young.Instances >= whenInstances, "the new colour has come so far"))[0];

        // Without its master it serves on, but cannot take up what changes.
        var master = shop.Processes.Master(2);
        LabProcesses.Signal("STOP", master);
        try
        {
            var stale = $"load balancer {shop.LoadBalancers[1].Authority}";
            await Eventually.IsTrueAsync(() => deployment.Told.LastOrDefault()?.Contains(stale, StringComparison.Ordinal) == true, $"'{stale}' is waited for");
            Shop.Say(deployment.Told.Last());
            var seen = deployment.Told.Count;
            await Eventually.IsTrueAsync(() => deployment.Told.Count > seen + 8, "it is looked at again and again");
            Assert.False(deployment.Outcome.IsCompleted);
            Assert.Contains(stale, deployment.Told.Last(), StringComparison.Ordinal);
            Assert.Equal(old.Tasks.Select(task => task.Id), (await shop.AppsAsync())[0].Tasks.Select(task => task.Id));
        }
        finally
        {
            LabProcesses.Signal("CONT", master);
        }

        Shop.AssertCompleted(await deployment.Outcome);
        await shop.IsServedAloneAsync(version: 2);
        Assert.Empty(await Shop.LossesAsync(load));
    }
}
