namespace BlueGreen.Host.Tests;

public sealed class MissingCommandTests
{
    [Theory]
    [InlineData("Import-Csv -Path x", "Import-Csv", "Microsoft.PowerShell.Utility")]
    [InlineData("1 | Export-Csv x", "Export-Csv", "Microsoft.PowerShell.Utility")]
    [InlineData("ipcsv x", "Import-Csv", "Microsoft.PowerShell.Utility")]
    [InlineData("Get-Process", "Get-Process", "Microsoft.PowerShell.Management")]
    [InlineData("Compress-Archive a b", "Compress-Archive", "Microsoft.PowerShell.Archive")]
    public async Task A_command_that_only_pwsh_has_says_whose_it_is_and_what_to_do(string command, string name, string module)
    {
        var result = await HostRun.Of("-Command", command);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains($"'{name}' is part of pwsh (module {module})", result.Errors, StringComparison.Ordinal);
        Assert.Contains("Run this with pwsh", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_script_can_catch_it_as_a_command_that_was_not_found()
    {
        var result = await HostRun.Of("-Command", "try { Import-Csv x } catch [System.Management.Automation.CommandNotFoundException] { $_.TargetObject }");

        Assert.Equal("Import-Csv", result.Output.Trim());
    }

    [Fact]
    public async Task Get_Command_does_not_pretend_that_it_is_there()
    {
        Assert.Equal("absent", (await HostRun.Of("-Command", "if (Get-Command Import-Csv -ErrorAction Ignore) { 'there' } else { 'absent' }")).Output.Trim());
    }

    [Fact]
    public async Task What_nobody_has_is_the_engines_own_error()
    {
        Assert.Contains("The term 'Get-Nothing' is not recognized", (await HostRun.Of("-Command", "Get-Nothing")).Errors, StringComparison.Ordinal);
    }
}
