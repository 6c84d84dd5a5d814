using System.Management.Automation;
using BlueGreen.Acceptance.Support;

namespace BlueGreen.Acceptance;

/// <summary>Deployments in named steps, judged by gates, in the foreground and as jobs.</summary>
public sealed class SteeringTests(LabFixture lab) : IClassFixture<LabFixture>
{
    private ModuleRunspace Shell => lab.Shell;

    [Fact]
    public void A_gate_sees_each_step_served_and_its_refusal_holds_with_everything_served()
    {
        Create(instances: 4);

        var outcome = Shell.Run(
            """
            $global:seen = @()
            $limit = 3
            Get-MarathonApp /shop-blue | Start-BlueGreenDeployment -Cmd $args[0] -Step 25%,75% -Force -Gate {
                param($State)
                $serving = Get-HaproxyBackendStat -AppId $State.NewApp.Id | Where-Object State -eq 'Serving'
                $global:seen += "$($State.Step) $($State.Instances)/$($State.Target) $($serving.Length) $($_.OldApp.TasksHealthy)"
            }, { $_.Instances -lt $limit }
            """, Command(version: 2));

        var result = Assert.Single(outcome.Output);
        Assert.Equal(("Held", "GateRefused"), (result.Properties["Result"].Value.ToString(), outcome.ErrorId));
        Assert.Contains("$_.Instances -lt $limit", (string)result.Properties["Reason"].Value, StringComparison.Ordinal);
        Assert.Equal(["1 1/4 2 4", "2 3/4 6 4"], Shell.Run("$global:seen").ThrowIfFailed().Output.Select(o => o.BaseObject));

        var error = Shell.Run("Resume-BlueGreenDeployment shop -Force -Gate { Get-Command nothing-of-this-name }");
        Assert.Equal("GateRefused", error.ErrorId);
        Assert.Contains("nothing-of-this-name", error.Error.ToString(), StringComparison.Ordinal);

        var done = Shell.Run("Resume-BlueGreenDeployment shop -Force -Gate { 'anything' }, { }, { $null }").Single;
        Assert.Equal("Completed", done.Properties["Result"].Value.ToString());
    }

    [Fact]
    public void Ways_to_grow_that_make_no_sense_are_refused_before_anything_is_made()
    {
        lab.Empty();
        foreach (var parameters in new[] { "-Step 50% -AllAtOnce", "-LinearIncrease 2 -AllAtOnce", "-Step 2 -LinearIncrease 1", "-Step 2 -InitialInstances 1" })
        {
            var outcome = Shell.Run($"Start-BlueGreenDeployment -Definition @{{ id = '/shop' }} -Force {parameters}");
            Assert.Equal("ContradictingGrowth", outcome.ErrorId);
            Assert.All(parameters.Split(' ').Where(p => p.StartsWith('-')), name => Assert.Contains(name, outcome.Error.ToString(), StringComparison.Ordinal));
        }

        var wrong = Shell.Run("Resume-BlueGreenDeployment shop -Step 25%,five");
        Assert.Equal("InvalidStep", wrong.ErrorId);
        Assert.StartsWith("Step 2, 'five'", wrong.Error.ErrorDetails.Message, StringComparison.Ordinal);
        Assert.Empty(Shell.Run("Get-MarathonApp").ThrowIfFailed().Output);
    }

    [Fact]
    public void A_job_gives_the_deployment_and_its_script_blocks_take_variables_along()
    {
        Create(instances: 2);
        var file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

        var job = Shell.Run(
            """
            $file = $args[1]; $far = @{ Enough = 2 }
            $global:job = Get-MarathonApp /shop-blue | Start-BlueGreenDeployment -Cmd $args[0] -Force -AsJob -Gate {
                param($State) [System.IO.File]::AppendAllText($using:file, "$($State.Instances);"); $State.Instances -le $using:far.Enough
            }
            $global:job | Wait-Job
            """, Command(version: 2), file).Single;

        Assert.Equal((JobState.Completed, "BlueGreenJob"), (((Job)job.BaseObject).JobStateInfo.State, (string)job.Properties["PSJobTypeName"].Value));
        var received = Shell.Run("$global:job | Receive-Job");
        Assert.Equal("Completed", received.Single.Properties["Result"].Value.ToString());
        Assert.Equal("1;2;", File.ReadAllText(file));
        File.Delete(file);
        Assert.Equal(["/shop-green"], Shell.Run("$global:job | Remove-Job; Get-MarathonApp").Get<string>("Id"));
        Assert.Empty(Shell.Run("Get-Job").ThrowIfFailed().Output);
    }

    [Fact]
    public async Task Stop_Job_cancels_in_mid_deployment_with_everything_served()
    {
        Create(instances: 2);
        Shell.Run("$global:job = Get-MarathonApp /shop-blue | Start-BlueGreenDeployment -Cmd $args[0] -Force -AsJob -Gate { while ($true) { [System.Threading.Thread]::Sleep(20) } }", Command(version: 2)).ThrowIfFailed();
        await Eventually.IsTrueAsync(() => Shell.Run("Get-MarathonApp /shop-green").Output.Any(app => (int)app.Properties["TasksHealthy"].Value == 1), "the first step is done");

        Assert.Equal("Stopped", Shell.Run("$global:job | Stop-Job; $global:job.State").Single.BaseObject);

        Assert.Equal(2, Shell.Run("Get-MarathonApp /shop-blue").Single.Properties["TasksHealthy"].Value);
        Assert.Equal("Undone", Shell.Run("Undo-BlueGreenDeployment shop -Force -AsJob | Wait-Job | Receive-Job").Single.Properties["Result"].Value.ToString());
        Shell.Run("Get-Job | Remove-Job").ThrowIfFailed();
    }

    [Fact]
    public void A_job_that_cannot_do_its_work_has_failed_with_the_error_and_one_that_would_have_to_ask_is_not_begun()
    {
        lab.Empty();
        var outcome = Shell.Run("$global:job = Complete-BlueGreenDeployment nowhere -Force -AsJob | Wait-Job; $global:job | Receive-Job");
        Assert.Equal("GroupNotFound", outcome.ErrorId);
        Assert.Equal("Failed", Shell.Run("$global:job.State; $global:job | Remove-Job").Single.BaseObject);
        Assert.Equal("ConfirmationNeeded", Shell.Run("Complete-BlueGreenDeployment nowhere -AsJob").ErrorId);
        Assert.Equal("ConfirmationNeeded", Shell.Run("Complete-BlueGreenDeployment nowhere -AsJob -Force -Confirm").ErrorId);
        Assert.Empty(Shell.Run("Get-Job").ThrowIfFailed().Output);
    }

    [Fact]
    public async Task The_colours_take_turns_under_load_and_the_one_that_served_waits()
    {
        Create(instances: 3);
        Assert.Equal("NothingToSwitchTo", Shell.Run("Switch-DeploymentGroup shop -Force").ErrorId);
        var split = Shell.Run("Get-MarathonApp /shop-blue | Start-BlueGreenDeployment -Cmd $args[0] -NewInstances 1 -Force", Command(version: 2)).Single;
        Assert.Equal("Hybrid", split.Properties["Result"].Value.ToString());
        using var load = Load.Start(((System.Collections.IEnumerable)lab.Session.Properties["MarathonLbUri"].Value).Cast<Uri>().Select(uri => $"http://{uri.Host}:10000"));
        await Eventually.IsTrueAsync(() => load.Served > 100, "the load is under way");

        foreach (var colour in new[] { "green", "blue", "green" })
        {
            var result = Shell.Run("Switch-DeploymentGroup shop -Force").Single;
            Assert.Equal(("Switched", colour), (result.Properties["Result"].Value.ToString(), (string)result.Properties["Colour"].Value));
            await Eventually.IsTrueAsync(() => Shell.Run("(Get-DeploymentGroup shop).State.ToString()").Single.BaseObject is "Standby", "the other colour waits");
            Assert.Equal(colour, Shell.Run("(Get-DeploymentGroup shop).LiveColour").Single.BaseObject);
        }

        var end = Shell.Run("Switch-DeploymentGroup shop -To Green -RemoveOld -Force").Single;
        Assert.Equal("Completed", end.Properties["Result"].Value.ToString());
        Assert.Equal(["/shop-green"], Shell.Run("Get-MarathonApp").Get<string>("Id"));
        Assert.Equal(0, (long)(await load.StopAsync())["lost"]!);
    }

    private static string Command(int version) => $"dotnet '{BuiltModule.Lab}' serve --version {version}";

    private void Create(int instances)
    {
        lab.Empty();
        var created = Shell.Run(
            """
            Start-BlueGreenDeployment -Force -Definition @{
                id = '/shop'; cmd = $args[0]; instances = $args[1]; cpus = 0.1; mem = 32
                portDefinitions = @(@{ port = 10000 })
                healthChecks = @(@{ protocol = 'HTTP'; path = '/health'; portIndex = 0; gracePeriodSeconds = 30; intervalSeconds = 1; timeoutSeconds = 5 })
                labels = @{ HAPROXY_GROUP = 'external'; HAPROXY_DEPLOYMENT_GROUP = 'shop'; HAPROXY_DEPLOYMENT_ALT_PORT = '10001' }
            }
            """, Command(version: 1), instances).Single;
        Assert.Equal("Created", created.Properties["Result"].Value.ToString());
    }
}
