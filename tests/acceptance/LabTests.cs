using BlueGreen.Acceptance.Support;

namespace BlueGreen.Acceptance;

public sealed class LabTests
{
    [Fact]
    public async Task A_lab_is_a_session_and_leaves_nothing_behind_when_it_is_stopped()
    {
        using var shell = new ModuleRunspace();
        var session = shell.Run("Start-BlueGreenLab -LoadBalancers 2 -Name trial").Single;
        var process = (int)session.Properties["LabProcessId"].Value;
        var sandbox = (string)session.Properties["LabSandbox"].Value;
        Assert.Equal(["trial"], shell.Run("Get-BlueGreenSession -Default").Get<string>("Name"));
        Assert.Equal(true, shell.Run("Test-BlueGreenSession").Single.BaseObject);
        Assert.Equal(2, shell.Run("Get-HaproxyInstance").ThrowIfFailed().Output.Count);
        Assert.True(Directory.Exists(sandbox));

        shell.Run("Stop-BlueGreenLab").ThrowIfFailed();
        Assert.Empty(shell.Run("Get-BlueGreenSession").ThrowIfFailed().Output);
        await Eventually.IsTrueAsync(() => !LabFixture.IsAlive(process), "the lab's process has ended");
        await Eventually.IsTrueAsync(() => !Directory.Exists(sandbox), "the lab's folder is gone");
    }

    [Theory]
    [InlineData("")]
    [InlineData("Remove-Module BlueGreen")]
    public async Task A_lab_that_nobody_stops_ends_with_its_runspace_or_with_the_module(string last)
    {
        int process;
        using (var shell = new ModuleRunspace())
        {
            process = (int)shell.Run("Start-BlueGreenLab -LoadBalancers 0").Single.Properties["LabProcessId"].Value;
            Assert.True(LabFixture.IsAlive(process));
            shell.Run(last).ThrowIfFailed();
        }

        await Eventually.IsTrueAsync(() => !LabFixture.IsAlive(process), "the lab's process has ended");
    }

    [Fact]
    public void A_lab_that_cannot_start_says_why()
    {
        using var shell = new ModuleRunspace();
        var outcome = shell.Run("Start-BlueGreenLab -LoadBalancers 0 -Sandbox /dev/null/tasks");
        Assert.Equal("LabNotStarted", outcome.ErrorId);
        Assert.Contains("/dev/null/tasks", outcome.Error.ToString(), StringComparison.Ordinal);
        Assert.Empty(shell.Run("Get-BlueGreenSession").ThrowIfFailed().Output);
    }

    [Fact]
    public void Only_a_lab_can_be_stopped_as_one()
    {
        using var shell = new ModuleRunspace();
        Assert.Contains("no open session", shell.Run("Stop-BlueGreenLab nobody").Error.ToString(), StringComparison.Ordinal);
    }
}
