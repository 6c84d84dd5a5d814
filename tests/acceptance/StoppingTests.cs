using System.Diagnostics;
using System.Management.Automation;
using System.Text.Json.Nodes;
using BlueGreen.Acceptance.Support;

namespace BlueGreen.Acceptance;

[Collection(nameof(Alone))]
public sealed class StoppingTests : MarathonTest
{
    [Theory]
    [InlineData("Wait-MarathonApp slow -TimeoutSec 60")]
    [InlineData("Watch-MarathonEvent")]
    [InlineData("Wait-MarathonDeployment d-7 -TimeoutSec 60")]
    public async Task Ctrl_C_ends_a_wait_at_once_and_leaves_nothing_open(string script)
    {
        Marathon.Add("/slow", 2, running: 1);
        Marathon.Deployments.Add(new JsonObject { ["id"] = "d-7", ["currentStep"] = 1, ["totalSteps"] = 1 });
        var outcome = await Shell.RunAndStopAsync($"{script}; 'not reached'", () => Marathon.Listeners == 1);
        Assert.IsAssignableFrom<PipelineStoppedException>(outcome.Failure);
        Assert.Empty(outcome.Output);
        await Eventually.IsTrueAsync(() => Marathon.Listeners == 0, "the stream of events is closed");
        // The runspace goes on working.
        Assert.Equal(["/slow"], Shell.Run("Get-MarathonApp").Get<string>("Id"));
    }

    [Fact]
    public async Task A_command_further_on_that_has_enough_ends_the_watch()
    {
        var watching = Task.Run(
            () => Shell.Run("do { Watch-MarathonEvent status_update_event -AppId shop* | ForEach-Object { $_.TaskId; break } } while ($false)"),
            TestContext.Current.CancellationToken);
        await Eventually.IsTrueAsync(() => Marathon.Listeners == 1, "the watch listens");
        var waited = Stopwatch.StartNew();
        Marathon.Tell("status_update_event", new JsonObject { ["appId"] = "/other", ["taskId"] = "other.1" });
        Marathon.Tell("status_update_event", new JsonObject { ["appId"] = "/shop", ["taskId"] = "shop.1" });
        Assert.Equal("shop.1", (await watching).Single.BaseObject);
        Assert.True(waited.Elapsed < TimeSpan.FromSeconds(5), "The watch did not end.");
        await Eventually.IsTrueAsync(() => Marathon.Listeners == 0, "the stream of events is closed");
    }

    [Fact]
    public void A_watch_ends_after_its_time_without_an_error() =>
        Assert.Empty(Shell.Run("Watch-MarathonEvent status_update_event -TimeoutSec 1").ThrowIfFailed().Output);
}
