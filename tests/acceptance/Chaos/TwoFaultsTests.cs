using BlueGreen.Acceptance.Support;

namespace BlueGreen.Acceptance.Chaos;

/// <summary>Faults that come together, and faults on the way back.</summary>
public sealed class TwoFaultsTests(LabFixture lab) : IClassFixture<LabFixture>
{
    private const int Instances = 3;

    [Fact]
    public async Task A_stale_load_balancer_is_waited_for_also_when_Marathon_was_away_meanwhile()
    {
        using var shop = await Shop.OpenAsync(lab, Instances);
        using var load = await shop.StartLoadAsync();
        await using var gateway = new FaultyGateway(shop.Marathon);
        using var shell = shop.Connect(gateway.Uri);
        var deployment = shop.BeginDeployment(version: 2, shell: shell);
        var old = (await shop.WhenAsync(apps => apps is [_, { Healthy.Count: > 0 }], "the new colour grows"))[0];

        var master = shop.Processes.Master(2);
        LabProcesses.Signal("STOP", master);
        try
        {
            gateway.Fault = _ => Fault.Unavailable;
            gateway.Cut();
            await deployment.WaitsForAsync("Marathon cannot be read", looks: 2);
            gateway.Fault = _ => Fault.None;
            await deployment.WaitsForAsync($"load balancer {shop.LoadBalancers[1].Authority}", looks: 4);
            gateway.Fault = _ => Fault.Unavailable;
            gateway.Cut();
            await deployment.WaitsForAsync("Marathon cannot be read", looks: 2);
            Assert.Equal(old.Tasks.Select(task => task.Id), (await shop.AppsAsync())[0].Tasks.Select(task => task.Id));
        }
        finally
        {
            // The load balancer comes first, unseen: what is known of it by then is old.
            LabProcesses.Signal("CONT", master);
        }

        gateway.Fault = _ => Fault.None;
        Shop.AssertCompleted(await deployment.Outcome);
        await shop.IsServedAloneAsync(version: 2);
        Assert.Empty(await Shop.LossesAsync(load));
    }

    [Fact]
    public async Task An_undo_during_which_a_load_balancers_master_is_killed_ends_when_it_is_back_and_loses_that_ones_own_requests_only()
    {
        using var shop = await Shop.OpenAsync(lab, Instances);
        using var load = await shop.StartLoadAsync();
        shop.LeaveHalfWay(version: 2, Instances - 1);

        var undo = shop.Begin("Undo");
        // Fresh tasks of the previous version come in place of those that have left the pools.
        await shop.WhenAsync(apps => apps is [{ Tasks.Count: > Instances }, _], "fresh tasks are started");
        var killed = DateTimeOffset.UtcNow;
        LabProcesses.Signal("KILL", shop.Processes.Master(2));

        Shop.AssertCompleted(await undo.Outcome, "Undone");
        await shop.IsServedAloneAsync(version: 1);
        var losses = await Shop.LossesAsync(load);
        Assert.All(losses, loss => Assert.Equal(shop.LoadBalancers[1].Host, loss.Host));
        Assert.All(losses, loss => Assert.InRange(loss.Second - killed, TimeSpan.FromSeconds(-1), TimeSpan.FromSeconds(10)));
    }
}
