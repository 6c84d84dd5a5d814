namespace BlueGreen.Host.Tests;

/// <summary>The expectations are what pwsh 7.6 does with the same command line.</summary>
public sealed class ExitCodeTests
{
    [Theory]
    [InlineData("exit 4", 4)]
    [InlineData("& { exit 5 }", 5)]
    [InlineData("'fine'", 0)]
    [InlineData("Write-Error x", 1)]
    [InlineData("Write-Error x; 'but then'", 0)]
    [InlineData("throw 'x'", 1)]
    [InlineData("Get-Nothing", 1)]
    [InlineData("1/0", 1)]
    [InlineData("if (", 1)]
    [InlineData("$ErrorActionPreference = 'Stop'; Write-Error x; 'not reached'", 1)]
    public async Task A_command_ends_with_the_code_that_pwsh_gives(string command, int expected)
    {
        Assert.Equal(expected, (await HostRun.Of("-NoProfile", "-Command", command)).ExitCode);
    }

    [Theory]
    [InlineData("try { exit 9 } finally { 'finally' }", 9)]
    [InlineData("Write-Error soft", 0)]
    [InlineData("throw 'hard'", 1)]
    [InlineData("function inner { throw 'deep' }; inner; 'not reached'", 1)]
    [InlineData("'fine'", 0)]
    public async Task A_script_ends_with_the_code_that_pwsh_gives(string script, int expected)
    {
        Assert.Equal(expected, (await HostRun.OfScript(script)).ExitCode);
    }

    [Fact]
    public async Task An_exit_in_a_script_that_a_script_calls_ends_that_one_only()
    {
        using var inner = new ScriptFile("exit 3");

        var result = await HostRun.OfScript($"& '{inner.Path}'; \"inner $LASTEXITCODE\"; exit 6");

        Assert.Equal(6, result.ExitCode);
        Assert.Contains("inner 3", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_native_command_sets_LASTEXITCODE()
    {
        var result = await HostRun.Of("-Command", "sh -c 'exit 3'; \"$? $LASTEXITCODE\"");

        Assert.Equal("False 3", result.Output.Trim());
    }

    [Fact]
    public async Task A_missing_script_ends_with_64()
    {
        var result = await HostRun.Of("-File", "no such.ps1");

        Assert.Equal(64, result.ExitCode);
        Assert.Contains("no such.ps1", result.Errors, StringComparison.Ordinal);
    }
}
