namespace BlueGreen.Host.Tests;

public sealed class ScriptTests
{
    [Fact]
    public async Task A_script_gets_its_parameters_and_knows_where_it_is()
    {
        using var script = new ScriptFile("""
            param([string] $Name, [switch] $Force, [Parameter(ValueFromRemainingArguments)] $Rest)
            "$Name|$Force|$($Rest -join ',')|$PSScriptRoot"
            """);

        var result = await HostRun.Of("-NoProfile", "-File", script.Path, "-Force:$true", "-Name", "a b", "1", "2");

        Assert.Equal($"a b|True|1,2|{script.Folder}", result.Output.Trim());
    }

    [Fact]
    public async Task An_error_in_a_script_shows_its_line()
    {
        var result = await HostRun.OfScript("'before'\nthrow 'the reason'");

        Assert.Equal("before", result.Output.Trim());
        Assert.Contains("script.ps1:2", result.Errors, StringComparison.Ordinal);
        Assert.Contains("the reason", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_working_directory_is_where_the_script_begins_but_not_where_it_is_looked_for()
    {
        using var script = new ScriptFile("$PWD.Path");

        var result = await HostRun.Of("-wd", "/", "-File", Path.GetRelativePath(Environment.CurrentDirectory, script.Path));

        Assert.Equal("/", result.Output.Trim());
    }

    [Fact]
    public async Task Standard_input_is_a_command_after_a_dash()
    {
        await using var run = HostRun.Start("-Command", "-");
        await run.Types("function f {\n  'from input'\n}\nf\n");
        var result = await run.EndInput();

        Assert.Equal("from input", result.Output.Trim());
    }

    [Fact]
    public async Task Standard_input_comes_as_input_to_a_script_that_uses_it()
    {
        await using var run = HostRun.Start("-Command", "$input | ForEach-Object { \"<$_>\" }");
        await run.Types("a\nb\n");
        var result = await run.EndInput();

        Assert.Equal(["<a>", "<b>"], result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task A_command_that_does_not_use_its_input_does_not_wait_for_it()
    {
        await using var run = HostRun.Start("-Command", "'done'");

        Assert.Equal("done", (await run.End()).Output.Trim());
    }

    [Fact]
    public async Task A_binary_module_is_imported_by_its_path()
    {
        var module = Path.Combine(AppContext.BaseDirectory, "BlueGreen.Host.Tests.dll");

        var result = await HostRun.Of("-Command", $"Import-Module '{module}'; Get-HostTestAnswer");

        Assert.Equal("42", result.Output.Trim());
    }
}

/// <summary>A cmdlet for the tests to import.</summary>
[Cmdlet(VerbsCommon.Get, "HostTestAnswer")]
public sealed class GetHostTestAnswerCommand : PSCmdlet
{
    protected override void EndProcessing() => WriteObject(42);
}
