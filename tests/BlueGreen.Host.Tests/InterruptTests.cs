namespace BlueGreen.Host.Tests;

public sealed class InterruptTests
{
    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    [InlineData("HUP", 129)]
    public async Task A_signal_stops_the_script_which_still_cleans_up(string signal, int expected)
    {
        using var script = new ScriptFile("try { 'ready'; Start-Sleep 600; 'not reached' } finally { Write-Host 'cleaned up' }");
        await using var run = HostRun.Start("-File", script.Path);

        await run.Sees("ready");
        await run.Signals(signal);
        var result = await run.End();

        Assert.Equal(expected, result.ExitCode);
        Assert.Contains("cleaned up", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("not reached", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_Ctrl_C_ends_a_script_that_does_not_stop()
    {
        await using var run = HostRun.Start("-Command", "Write-Host ready; [System.Threading.Thread]::Sleep(600000)");

        await run.Sees("ready");
        // Two signals that come at once are one to the process.
        var end = run.End();
        while (!end.IsCompleted)
        {
            await run.Signals("INT");
            await Task.WhenAny(end, Task.Delay(200, TestContext.Current.CancellationToken));
        }

        Assert.Equal(130, (await end).ExitCode);
    }

    [Fact]
    public async Task Ctrl_C_on_a_terminal_reaches_a_native_command_and_the_script()
    {
        await using var run = HostRun.StartOnTerminal("-Command 'try { Write-Host ready; sleep 600; 1 } finally { Write-Host cleaned }'");

        await run.Sees("ready");
        await run.Types("\u0003");
        await run.Sees("cleaned");
        Assert.Equal(130, (await run.End()).ExitCode);
    }

    [Fact]
    public async Task Ctrl_C_at_a_question_ends_the_script_which_still_cleans_up()
    {
        using var script = new ScriptFile("try { Read-Host name; 'not ' + 'reached' } finally { Write-Host 'cleaned' }");
        await using var run = HostRun.StartOnTerminal($"-File '{script.Path}'");

        await run.Sees("name: ");
        await run.Types("bo\u0003");
        await run.Sees("cleaned");
        var result = await run.End();
        Assert.Equal(130, result.ExitCode);
        Assert.DoesNotContain("not reached", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_script_that_waits_for_input_ends_with_SIGTERM()
    {
        await using var run = HostRun.Start("-Command", "try { Read-Host name } finally { Write-Host 'cleaned' }");

        await run.Sees("name: ");
        await run.Signals("TERM");
        var result = await run.End();
        Assert.Equal(143, result.ExitCode);
        Assert.Contains("cleaned", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_prompt_that_nobody_types_at_ends_when_its_terminal_is_closed()
    {
        await using var run = HostRun.StartOnTerminal("-NoLogo -NoExit -Command '\"pid:$PID.\"'");

        await run.Sees("pid:");
        var pid = await run.ReadsUntil(".");
        await run.Sees("> ");
        await HostRun.Signal("HUP", int.Parse(pid, System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(129, (await run.End()).ExitCode);
    }
}
