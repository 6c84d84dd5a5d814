using BlueGreen.Acceptance.Support;

namespace BlueGreen.Acceptance.Chaos;

/// <summary>The process that drives a deployment is killed at drawn moments, and another one takes it to an end.</summary>
public sealed class DriverTests(LabFixture lab) : IClassFixture<LabFixture>
{
    private const int Instances = 3;

    // Of the requests of a deployment of so many instances: from the lock's to the steps of growth, and from there to the removal.
    private static readonly (int First, int Last) Early = (4, 12);
    private static readonly (int First, int Last) Late = (13, 18);

    [Fact]
    public async Task Killed_at_any_request_to_Marathon_it_is_taken_to_the_same_end_from_elsewhere_with_nothing_lost()
    {
        using var shop = await Shop.OpenAsync(lab, Instances);
        using var load = await shop.StartLoadAsync();
        var random = Seed.Draw();
        var version = 1;
        foreach (var (way, (first, last)) in new[] { ("Resume", Early), ("Undo", Late), ("Complete", Early), ("Resume", Late), ("Undo", Early), ("Complete", Late) })
        {
            var before = version;
            var script = $"(Get-DeploymentGroup shop).Live | Start-BlueGreenDeployment -Cmd \"{Shop.Command(before + 1)}\" -Force";
            await Driver.RunAndKillAsync(shop, script, random.Next(first, last + 1), reaches: random.Next(2) == 0);
            version = await EndAsync(shop, way, before);
        }

        Assert.Empty(await Shop.LossesAsync(load));
    }

    [Theory]
    [InlineData("Undo", "Undo", Instances - 1)]
    [InlineData("Resume", "Resume", 1)]
    [InlineData("Resume", "Undo", 1)]
    public async Task Killed_at_any_change_while_it_goes_on_or_back_it_is_taken_to_either_end_with_nothing_lost(string first, string then, int halfWay)
    {
        using var shop = await Shop.OpenAsync(lab, Instances);
        using var load = await shop.StartLoadAsync();
        var random = Seed.Draw();
        shop.LeaveHalfWay(version: 2, halfWay);

        // The first changes take the group; from there on there are three or more to the removal.
        await Driver.RunAndKillAsync(shop, $"{first}-BlueGreenDeployment shop -Force", random.Next(2, 6), reaches: random.Next(2) == 0, changesOnly: true);
        await EndAsync(shop, then, before: 1);

        Assert.Empty(await Shop.LossesAsync(load));
    }

    /// <summary>Brings what a killed driver has left to an end: the one that is asked for, if both versions are there still.</summary>
    /// <returns>The version that serves then.</returns>
    private static async Task<int> EndAsync(Shop shop, string way, int before)
    {
        var version = before + 1;
        var apps = await shop.AppsAsync();
        Shop.Say($"left: {string.Join(", ", apps.Select(app => $"{app.Id} (version {app.Version}) {app.Healthy.Count}/{app.Instances}"))}; {way}");
        if (apps.Count == 2)
        {
            Shop.AssertCompleted(await shop.Begin(way).Outcome, way == "Undo" ? "Undone" : "Completed");
            if (way == "Undo") version = before;
        }
        else
        {
            // Killed before anything was made, or when all was done but giving the group back: the next one can begin, since nobody holds it any more.
            version = apps[0].Version + 1;
            Shop.AssertCompleted(await shop.BeginDeployment(version).Outcome);
        }

        // A driver that is lost while it scales up and at once back leaves one too many.
        await shop.IsServedAloneAsync(version, atMost: Instances + 1);
        return version;
    }
}
