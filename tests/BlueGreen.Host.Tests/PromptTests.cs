namespace BlueGreen.Host.Tests;

public sealed class PromptTests
{
    private const string Confirmed = """
        function Set-It { [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')] param($Name)
            if ($PSCmdlet.ShouldProcess($Name, 'Change')) { "changed $Name" } }

        """;

    [Theory]
    [InlineData("Read-Host name")]
    [InlineData("Get-Credential")]
    [InlineData("$Host.UI.PromptForChoice('c', 'm', @('&a', '&b'), 0)")]
    [InlineData(Confirmed + "Set-It x -Confirm")]
    [InlineData("function f { param([Parameter(Mandatory)] $Name) }; f")]
    public async Task A_question_is_an_error_when_the_host_must_not_ask(string command)
    {
        var result = await HostRun.Of("-NonInteractive", "-Command", command);

        Assert.NotEmpty(result.Errors);
        Assert.DoesNotContain("changed", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_error_says_that_the_host_must_not_ask()
    {
        Assert.Contains("NonInteractive mode", (await HostRun.Of("-NonInteractive", "-Command", "Read-Host name")).Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answers_may_come_from_a_pipe_and_the_end_of_it_is_an_error()
    {
        await using var run = HostRun.Start("-Command", Confirmed + "Set-It one; Set-It two; Set-It three");
        await run.Types("y\nn\n");
        var result = await run.EndInput();

        Assert.Contains("changed one", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("changed two", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("changed three", result.Output, StringComparison.Ordinal);
        Assert.Contains("standard input is at its end", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_choice_explains_itself_and_is_taken_by_its_key()
    {
        using var script = new ScriptFile(Confirmed + "Set-It one");
        await using var run = HostRun.StartOnTerminal($"-File '{script.Path}'");

        await run.Sees("default is \"Y\"");
        await run.Types("?\n");
        await run.Sees("N - Skip this operation");
        await run.Types("y\n");
        await run.Sees("changed one");
        Assert.Equal(0, (await run.End()).ExitCode);
    }

    [Fact]
    public async Task A_password_is_not_shown()
    {
        await using var run = HostRun.StartOnTerminal("-Command '$c = Get-Credential bob; $c.GetNetworkCredential().Password.Length'");

        await run.Sees("Password for user bob: ");
        await run.Types("hunter22\u007f\r");
        await run.Sees("7");
        Assert.DoesNotContain("hunter", (await run.End()).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mandatory_parameter_is_asked_for_until_its_value_fits()
    {
        using var script = new ScriptFile("function f { param([Parameter(Mandatory)] [int] $Count) \"got $Count\" }; f");
        await using var run = HostRun.StartOnTerminal($"-File '{script.Path}'");

        await run.Sees("Count: ");
        await run.Types("many\n");
        await run.Sees("is not a value of type Int32");
        await run.Types("3\n");
        await run.Sees("got 3");
    }
}
