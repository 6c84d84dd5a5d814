using System.Diagnostics;
using BlueGreen.Acceptance.Support;

namespace BlueGreen.Acceptance.Chaos;

/// <summary>A process that does something to the service, and is killed by SIGKILL in the middle of it.</summary>
internal static class Driver
{
    /// <summary>
    /// Has a process run a script, and kills it at one of its requests to Marathon; that one gets there or not. With fewer requests it
    /// comes to its end.
    /// </summary>
    /// <param name="shop">The service.</param>
    /// <param name="script">What the process does once it has a session.</param>
    /// <param name="atRequest">The request's number, from 1 up.</param>
    /// <param name="reaches">True when that request gets through.</param>
    /// <param name="changesOnly">True when requests that only ask are not counted.</param>
    public static async Task RunAndKillAsync(Shop shop, string script, int atRequest, bool reaches, bool changesOnly = false)
    {
        await using var gateway = new FaultyGateway(shop.Marathon);
        using var driver = new Process
        {
            StartInfo = new ProcessStartInfo(
                "dotnet", [BuiltModule.Host, "-NoProfile", "-Command", $"Import-Module '{BuiltModule.Manifest}'; {shop.Connecting(gateway.Uri)}; {script}"])
            {
                RedirectStandardOutput = true, RedirectStandardError = true,
            },
        };
        var requests = 0;
        gateway.Fault = line =>
        {
            if ((changesOnly && line.StartsWith("GET ", StringComparison.Ordinal)) || Interlocked.Increment(ref requests) != atRequest) return Fault.None;
            driver.Kill();
            Shop.Say($"killed at {(changesOnly ? "change" : "request")} {atRequest}, which {(reaches ? "gets through" : "does not get through")}: {line.Split('?')[0]}");
            return reaches ? Fault.LostAnswer : Fault.Hang;
        };
        driver.Start();
        var output = Task.WhenAll(driver.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), driver.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(3));
        try
        {
            await driver.WaitForExitAsync(limit.Token);
        }
        finally
        {
            if (!driver.HasExited) driver.Kill();
        }

        Shop.Say($"the driver made {requests} {(changesOnly ? "changes" : "requests")} and ended with {driver.ExitCode}");
        if (requests < atRequest) Assert.True(driver.ExitCode == 0, string.Join(Environment.NewLine, await output));
    }
}
