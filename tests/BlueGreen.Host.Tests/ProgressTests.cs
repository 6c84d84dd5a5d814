using BlueGreen.Host.Terminal;
using Microsoft.Extensions.Time.Testing;

namespace BlueGreen.Host.Tests;

public sealed class ProgressTests
{
    private readonly StringWriter _output = new();
    private readonly FakeTimeProvider _clock = new();
    private readonly StatusLines _lines;

    public ProgressTests() => _lines = new StatusLines(_output, _clock);

    private string[] Written => _output.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);

    [Fact]
    public void A_log_gets_a_line_for_each_change_of_status()
    {
        Show("waiting", percent: 10);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Show("waiting", percent: 11);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Show("draining", percent: 50);

        Assert.Equal(["Deploy: waiting (10%)", "Deploy: draining (50%)"], Written);
    }

    [Fact]
    public void A_thousand_changes_in_a_second_are_a_few_lines()
    {
        for (var i = 0; i < 1000; i++)
        {
            Show($"step {i}");
            _clock.Advance(TimeSpan.FromMilliseconds(1));
        }

        Assert.InRange(Written.Length, 3, 4);
    }

    [Fact]
    public void The_last_status_is_not_lost_to_the_rate()
    {
        Show("first");
        Show("last");
        _lines.Show(0, new ProgressRecord(1, "Deploy", "done") { RecordType = ProgressRecordType.Completed }, atLineStart: true);

        Assert.Equal(["Deploy: first", "Deploy: last"], Written);
    }

    [Fact]
    public void A_percentage_that_moves_alone_shows_now_and_then()
    {
        for (var percent = 0; percent < 30; percent++)
        {
            Show("waiting", percent);
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(["Deploy: waiting (0%)", "Deploy: waiting (10%)", "Deploy: waiting (20%)"], Written);
    }

    [Fact]
    public void No_activity_talks_another_down()
    {
        for (var i = 0; i < 20; i++)
        {
            Show($"step {i}");
            _lines.Show(0, new ProgressRecord(2, "Task", $"state {i}"), atLineStart: true);
            _clock.Advance(TimeSpan.FromMilliseconds(100));
        }

        Assert.Contains(Written, line => line.StartsWith("Task", StringComparison.Ordinal));
        Assert.Contains(Written, line => line.StartsWith("Deploy", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Redirected_progress_goes_to_standard_error_and_leaves_the_output_to_data()
    {
        var result = await HostRun.Of("-Command", "1..50 | ForEach-Object { Write-Progress -Activity Count -Status \"at $_\" -PercentComplete $_ }; 'data'");

        Assert.Equal("data", result.Output.Trim());
        Assert.Contains("Count: at 1 (1%)", result.Errors, StringComparison.Ordinal);
        Assert.InRange(result.Errors.Split('\n').Length, 1, 20);
    }

    [Fact]
    public async Task A_terminal_shows_a_bar_that_makes_way_for_text_and_is_gone_at_the_end()
    {
        await using var run = HostRun.StartOnTerminal("-Command 'Write-Progress -Activity Count -Status half -PercentComplete 50; \"text\"'");
        var output = (await run.End()).Output;

        Assert.Contains("Count [##########..........]  50% half", output, StringComparison.Ordinal);
        Assert.Contains("\r\u001b[J\u001b[?25htext", output, StringComparison.Ordinal);
    }

    private void Show(string status, int percent = -1) =>
        _lines.Show(0, new ProgressRecord(1, "Deploy", status) { PercentComplete = percent }, atLineStart: true);
}
