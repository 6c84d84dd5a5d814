namespace BlueGreen.Host.Tests;

public sealed class StreamTests
{
    [Fact]
    public async Task Every_stream_shows_and_errors_alone_go_to_standard_error()
    {
        var result = await HostRun.Of("-Command", """
            Write-Output out; Write-Host host; Write-Warning warning; Write-Verbose verbose -Verbose
            Write-Debug debug -Debug; Write-Information hidden; Write-Information shown -InformationAction Continue
            Write-Error error
            """);

        Assert.Equal(
            ["out", "host", "WARNING: warning", "VERBOSE: verbose", "DEBUG: debug", "shown"],
            result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal("Write-Error: error", result.Errors.Trim());
    }

    [Fact]
    public async Task An_error_shows_its_details_and_what_to_do()
    {
        var result = await HostRun.Of("-Command", "Write-Error -Message 'it broke' -RecommendedAction 'mend it'");

        Assert.Contains("it broke", result.Errors, StringComparison.Ordinal);
        Assert.Contains("mend it", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Objects_are_formatted_as_tables_and_lists()
    {
        var result = await HostRun.Of("-Command", "[pscustomobject]@{ A = 1; B = 'x' }; [pscustomobject]@{ A = 2 } | Format-List");

        Assert.Contains("A B\n- -\n1 x", result.Output, StringComparison.Ordinal);
        Assert.Contains("A : 2", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_escape_sequence_reaches_a_file()
    {
        var result = await HostRun.Of("-Command", "Write-Host red -ForegroundColor Red; $PSStyle.Foreground.Green + 'green'; Write-Error no");

        Assert.DoesNotContain('\u001b', result.Output + result.Errors);
    }

    [Fact]
    public async Task A_terminal_gets_colours()
    {
        await using var run = HostRun.StartOnTerminal("-Command 'Write-Host red -ForegroundColor Red'", colour: true);

        Assert.Contains("\u001b[91mred", (await run.End()).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_terminal_gets_none_when_NO_COLOR_is_set()
    {
        await using var run = HostRun.StartOnTerminal("-Command 'Write-Host red -ForegroundColor Red; Write-Warning w'");
        var output = (await run.End()).Output;

        Assert.Contains("WARNING: w", output, StringComparison.Ordinal);
        Assert.DoesNotMatch("\u001b\\[[0-9;]*m", output);
    }

    [Fact]
    public async Task Redirections_write_files()
    {
        using var folder = new ScriptFile("");
        var file = Path.Combine(folder.Folder, "out.txt");

        var result = await HostRun.Of("-Command", $"'a' > '{file}'; 'b' >> '{file}'; Write-Error 'c' 2>> '{file}'; Get-Content '{file}'");

        Assert.Equal(["a", "b", "Write-Error: c"], result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Trim()));
    }
}
