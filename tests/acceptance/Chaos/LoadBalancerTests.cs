using BlueGreen.Acceptance.Support;

namespace BlueGreen.Acceptance.Chaos;

/// <summary>A load balancer dies or goes stale in the middle of a deployment.</summary>
public sealed class LoadBalancerTests(LabFixture lab) : IClassFixture<LabFixture>
{
    private const int Instances = 4;

    public enum Victim
    {
        Master,
        Worker,
        OldWorker,
    }

    [Theory]
    [InlineData(Victim.Worker, 2)]
    [InlineData(Victim.OldWorker, 2)]
    [InlineData(Victim.Master, Instances)]
    public async Task One_whose_HAProxy_is_killed_loses_its_own_requests_only_and_the_deployment_ends_when_it_is_back(Victim victim, int whenInstances)
    {
        using var shop = await Shop.OpenAsync(lab, Instances);
        using var load = await shop.StartLoadAsync();
        var deployment = shop.BeginDeployment(version: 2);
        await shop.WhenAsync(apps => apps is [_, var young] && young.Instances >= whenInstances, "the new colour has come so far");
        var process = 0;
        await Eventually.IsTrueAsync(() => (process = Find(shop, victim)) > 0, $"there is a {victim}");

        var killed = DateTimeOffset.UtcNow;
        LabProcesses.Signal("KILL", process);
        Shop.Say("killed");

        Shop.AssertCompleted(await deployment.Outcome);
        await shop.IsServedAloneAsync(version: 2);
        var losses = await Shop.LossesAsync(load);
        Assert.All(losses, loss => Assert.Equal(shop.LoadBalancers[1].Host, loss.Host));
        // A HAProxy whose master or serving worker dies is started again after a second, and serves what it knew before.
        Assert.All(losses, loss => Assert.InRange(loss.Second - killed, TimeSpan.FromSeconds(-1), TimeSpan.FromSeconds(10)));
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
            await deployment.WaitsForAsync($"load balancer {shop.LoadBalancers[1].Authority}", looks: 8);
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

    private static int Find(Shop shop, Victim victim) => victim switch
    {
        Victim.Master => shop.Processes.Master(2),
        Victim.Worker => shop.Processes.Workers(2)[0],
        _ => shop.Processes.Workers(2).ElementAtOrDefault(1),
    };
}
