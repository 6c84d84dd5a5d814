using BlueGreen.Acceptance.Support;

namespace BlueGreen.Acceptance.Chaos;

/// <summary>A process of a load balancer stops answering without dying.</summary>
public sealed class HungWorkerTests(LabFixture lab) : IClassFixture<LabFixture>
{
    private const int Instances = 2;

    [Fact]
    public async Task What_an_old_one_may_have_in_hand_is_waited_for_and_nothing_of_it_is_lost()
    {
        using var shop = await Shop.OpenAsync(lab, Instances);
        using var load = await shop.StartLoadAsync(slowMilliseconds: 4000);
        var deployment = shop.BeginDeployment(version: 2);
        var old = (await shop.WhenAsync(apps => apps is [_, { Healthy.Count: Instances }], "the new colour has grown"))[0];
        var worker = 0;
        await Eventually.IsTrueAsync(() => (worker = shop.Processes.Workers(2).ElementAtOrDefault(1)) > 0, "there is an old worker");

        LabProcesses.Signal("STOP", worker);
        try
        {
            await deployment.WaitsForAsync($"on {shop.LoadBalancers[1].Authority}: ", looks: 8);
            // Its requests would be over by now, were it not for the hang.
            Assert.Contains(worker, shop.Processes.Workers(2));
            Assert.Contains("may have pending work", deployment.Told.Last(), StringComparison.Ordinal);
            Assert.Equal(old.Tasks.Select(task => task.Id), (await shop.AppsAsync())[0].Tasks.Select(task => task.Id));
        }
        finally
        {
            LabProcesses.Signal("CONT", worker);
        }

        Shop.AssertCompleted(await deployment.Outcome);
        await shop.IsServedAloneAsync(version: 2);
        Assert.Empty(await Shop.LossesAsync(load));
    }

    [Fact]
    public async Task When_it_is_the_one_that_serves_nothing_is_killed_until_it_goes_on_and_only_its_own_requests_can_be_lost()
    {
        using var shop = await Shop.OpenAsync(lab, Instances);
        using var load = await shop.StartLoadAsync();
        using var shell = shop.Connect(shop.Marathon);
        var deployment = shop.BeginDeployment(version: 2, shell: shell);
        var old = (await shop.WhenAsync(apps => apps is [_, { Healthy.Count: > 0 }], "the new colour grows"))[0];

        var worker = shop.Processes.Workers(2)[0];
        var stopped = DateTimeOffset.UtcNow;
        LabProcesses.Signal("STOP", worker);
        try
        {
            // Of the next worker, which comes by a reload, and of this one some connections go to either: whichever answers, it is not all right.
            await deployment.WaitsForAsync(shop.LoadBalancers[1].Authority, looks: 4);
            Assert.Contains(worker, shop.Processes.Workers(2));
            Assert.Equal(old.Tasks.Select(task => task.Id), (await shop.AppsAsync())[0].Tasks.Select(task => task.Id));
        }
        finally
        {
            LabProcesses.Signal("CONT", worker);
        }

        var went = DateTimeOffset.UtcNow;
        Shop.AssertCompleted(await deployment.Outcome);
        await shop.IsServedAloneAsync(version: 2);
        var losses = await Shop.LossesAsync(load);
        // Connections that it had not yet taken are reset when it closes its sockets; no request that reached a task is among them.
        Assert.All(losses, loss => Assert.Equal(shop.LoadBalancers[1].Host, loss.Host));
        Assert.All(losses, loss => Assert.InRange(loss.Second, stopped.AddSeconds(-1), went.AddSeconds(10)));
    }
}
