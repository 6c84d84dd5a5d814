namespace BlueGreen.Host.Tests;

public sealed class InteractiveTests
{
    [Fact]
    public async Task The_prompt_runs_lines_recalls_them_and_completes_names()
    {
        await using var run = HostRun.StartOnTerminal("-NoLogo");

        await run.Sees("> ");
        await run.Types("'a' + 'b'\r");
        await run.Sees("\nab");
        await run.Types("\u001b[A\r");
        await run.Sees("\nab");
        await run.Types("Get-Loc\t\r");
        await run.Sees("Path");
        await run.Types("exit 3\r");
        Assert.Equal(3, (await run.End()).ExitCode);
    }

    [Fact]
    public async Task A_command_goes_on_over_lines_until_it_is_whole()
    {
        await using var run = HostRun.StartOnTerminal("-NoLogo");

        await run.Sees("> ");
        await run.Types("if ($true) {\r");
        await run.Sees(">> ");
        await run.Types("'in' + 'side' }\r");
        await run.Sees("\ninside");
        await run.Types("\u0004");
        Assert.Equal(0, (await run.End()).ExitCode);
    }

    [Fact]
    public async Task Ctrl_C_gives_a_line_up_and_stops_a_command_but_not_the_prompt()
    {
        await using var run = HostRun.StartOnTerminal("-NoLogo");

        await run.Sees("> ");
        await run.Types("throw 'never'\u0003");
        await run.Sees("^C");
        await run.Sees("> ");
        await run.Types("'sta' + 'rted'; Start-Sleep 600; 'not reached'\r");
        await run.Sees("\nstarted");
        await run.Types("\u0003");
        await run.Sees("> ");
        await run.Types("'still ' + 'here'\r");
        await run.Sees("\nstill here");
        await run.Types("exit\r");
        Assert.DoesNotContain("Exception", (await run.End()).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_prompt_comes_after_a_command_with_NoExit()
    {
        await using var run = HostRun.Start("-NoExit", "-Command", "$x = 5");
        await run.Types("$x + 1\nexit 2\n");
        var result = await run.End();

        Assert.Contains("6", result.Output, StringComparison.Ordinal);
        Assert.Equal(2, result.ExitCode);
    }

    [Fact]
    public async Task Suspend_opens_a_prompt_inside_the_question_and_exit_leads_back_to_it()
    {
        await using var run = HostRun.StartOnTerminal("-NoLogo");

        await run.Sees("> ");
        await run.Types("function Set-It { [CmdletBinding(SupportsShouldProcess)] param() if ($PSCmdlet.ShouldProcess('t', 'a')) { 'cha' + 'nged' } }\r");
        await run.Sees("> ");
        await run.Types("Set-It -Confirm\r");
        await run.Sees("default is \"Y\"");
        await run.Types("s\r");
        await run.Sees(">> ");
        await run.Types("'ins' + 'ide'\r");
        await run.Sees("\ninside");
        await run.Types("exit\r");
        await run.Sees("default is \"Y\"");
        await run.Types("y\r");
        await run.Sees("\nchanged");
        await run.Types("exit 5\r");
        Assert.Equal(5, (await run.End()).ExitCode);
    }
}
