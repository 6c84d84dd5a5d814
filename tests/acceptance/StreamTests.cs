using System.Text.Json.Nodes;
using BlueGreen.Acceptance.Support;

namespace BlueGreen.Acceptance;

[Collection(nameof(Alone))]
public sealed class StreamTests : MarathonTest
{
    [Fact]
    public void Each_HTTP_exchange_is_a_debug_line_of_the_command_that_caused_it()
    {
        Marathon.Add("/shop", 1);
        Assert.Contains(Shell.Run("Get-MarathonApp shop -Debug").Debug, line => line.Contains("/v2/apps/shop", StringComparison.Ordinal));
        Assert.Empty(Shell.Run("Get-MarathonApp shop").Debug);
    }

    [Fact]
    public void Progress_says_what_is_waited_for_and_is_taken_off_the_screen_in_the_end()
    {
        Marathon.Add("/slow", 3, running: 1);
        var progress = Shell.Run("Wait-MarathonApp slow -TimeoutSec 2").Progress;
        Assert.Contains(progress, p => p.Activity == "Waiting for /slow" && p.StatusDescription.Contains("1 of 3 running", StringComparison.Ordinal));
        Assert.Single(progress.Select(p => p.ActivityId).Distinct());
        Assert.Equal(System.Management.Automation.ProgressRecordType.Completed, progress[^1].RecordType);
    }

    [Fact]
    public void Progress_comes_five_times_a_second_at_most()
    {
        Marathon.Add("/slow", 3, running: 1);
        using var stop = new CancellationTokenSource();
        var noise = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                Marathon.Tell("status_update_event", new JsonObject { ["appId"] = "/slow" });
                await Task.Delay(5, TestContext.Current.CancellationToken);
            }
        }, TestContext.Current.CancellationToken);
        var progress = Shell.Run("Wait-MarathonApp slow -TimeoutSec 2").Progress;
        stop.Cancel();
        Assert.InRange(progress.Count, 2, 12);
    }

    [Fact]
    public void Text_of_the_cluster_cannot_start_a_command_in_an_Azure_DevOps_job()
    {
        const string Attack = "x\r\n##vso[task.setvariable variable=a]b ##[error]no";
        Marathon.Add("/slow", 2, running: 1, change: app =>
        {
            app["lastTaskFailure"] = new JsonObject { ["message"] = Attack };
            app["cmd"] = Attack;
            app["labels"] = new JsonObject { ["note"] = Attack };
        });
        Environment.SetEnvironmentVariable("TF_BUILD", "True");
        try
        {
            var outcome = Shell.Run("Wait-MarathonApp slow -TimeoutSec 1");
            var shown = Shell.Render("Get-MarathonApp slow; Wait-MarathonApp slow -TimeoutSec 1")
                + outcome.Error + string.Concat(outcome.Progress.Select(p => p.StatusDescription));
            Assert.DoesNotContain("##vso[", shown, StringComparison.Ordinal);
            Assert.DoesNotContain("##[", shown, StringComparison.Ordinal);
            Assert.Contains("vso[task.setvariable", shown, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', outcome.Error.ToString());
        }
        finally
        {
            Environment.SetEnvironmentVariable("TF_BUILD", null);
        }

        Assert.Contains("##vso[", Shell.Run("Wait-MarathonApp slow -TimeoutSec 1").Error.ToString(), StringComparison.Ordinal);
    }
}
