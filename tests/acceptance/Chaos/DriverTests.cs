using System.Collections;
using System.Diagnostics;
using BlueGreen.Acceptance.Support;

namespace BlueGreen.Acceptance.Chaos;

/// <summary>The process that drives a deployment is killed at drawn moments, and another one takes it to an end.</summary>
public sealed class DriverTests(LabFixture lab) : IClassFixture<LabFixture>, IDisposable
{
    private const int Instances = 3;

    // Of the requests of a deployment of so many instances: from the lock's to the steps of growth, and from there to the removal.
    private static readonly (int First, int Last) Early = (4, 12);
    private static readonly (int First, int Last) Late = (13, 18);

    private readonly string _folder = Directory.CreateTempSubdirectory("bluegreen").FullName;

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
            await KillDriverAsync(shop, before + 1, random.Next(first, last + 1), reaches: random.Next(2) == 0);

            var apps = await shop.AppsAsync();
            Shop.Say($"left: {string.Join(", ", apps.Select(app => $"{app.Id} (version {app.Version}) {app.Healthy.Count}/{app.Instances}"))}; {way}");
            if (apps.Count == 2)
            {
                var ended = lab.Shell.Run($"{way}-BlueGreenDeployment shop -Force -DrainTimeoutSec 120").Single;
                Assert.Equal(way == "Undo" ? "Undone" : "Completed", ended.Properties["Result"].Value.ToString());
                Assert.Empty((IEnumerable)ended.Properties["TasksKilledUnproven"].Value);
                version = way == "Undo" ? before : before + 1;
            }
            else if (apps[0].Version == before)
            {
                // Killed before anything was made: it begins anew, since nobody holds the group any more.
                Shop.AssertCompleted(await shop.BeginDeployment(++version).Outcome);
            }
            else
            {
                // It had done everything but give the group back, which the next one finds out.
                version++;
                Shop.AssertCompleted(await shop.BeginDeployment(++version).Outcome);
            }

            await shop.IsServedAloneAsync(version);
        }

        Assert.Empty(await Shop.LossesAsync(load));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Has a process deploy, and kills it at one of its requests; that one reaches Marathon or not.</summary>
    private async Task KillDriverAsync(Shop shop, int version, int atRequest, bool reaches)
    {
        await using var gateway = new FaultyGateway(shop.Marathon);
        var script = Path.Combine(_folder, "driver.ps1");
        await File.WriteAllTextAsync(
            script,
            $"""
            Import-Module '{BuiltModule.Manifest}'
            $null = Connect-BlueGreen '{gateway.Uri}' {shop.LoadBalancerList}
            (Get-DeploymentGroup shop).Live | Start-BlueGreenDeployment -Cmd "{Shop.Command(version)}" -Force
            """, TestContext.Current.CancellationToken);
        using var driver = new Process
        {
            StartInfo = new ProcessStartInfo("dotnet", [BuiltModule.Host, "-NoProfile", "-File", script]) { RedirectStandardOutput = true, RedirectStandardError = true },
        };
        var requests = 0;
        gateway.Fault = line =>
        {
            if (Interlocked.Increment(ref requests) != atRequest) return Fault.None;
            driver.Kill();
            Shop.Say($"killed at request {atRequest}, which {(reaches ? "gets through" : "does not get through")}: {line.Split('?')[0]}");
            return reaches ? Fault.LostAnswer : Fault.Hang;
        };
        driver.Start();
        var output = Task.WhenAll(driver.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), driver.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(1));
        try
        {
            await driver.WaitForExitAsync(limit.Token);
        }
        finally
        {
            if (!driver.HasExited) driver.Kill();
        }

        Shop.Say($"the driver made {requests} requests and ended with {driver.ExitCode}");
        if (requests < atRequest) Assert.True(driver.ExitCode == 0, string.Join(Environment.NewLine, await output));
    }
}
