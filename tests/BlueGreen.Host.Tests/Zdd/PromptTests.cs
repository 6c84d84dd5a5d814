using BlueGreen.Zdd.Running;

namespace BlueGreen.Host.Tests.Zdd;

public sealed class PromptTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("\n", true)]
    [InlineData("y\n", true)]
    [InlineData("YE\n", true)]
    [InlineData("Yes\r\n", true)]
    [InlineData("n\n", false)]
    [InlineData("No\n", false)]
    public async Task An_answer_is_taken_as_zdd_takes_it(string typed, bool answer)
    {
        var shown = new StringWriter();

        Assert.Equal(answer, await new Prompt(new StringReader(typed), shown, alwaysYes: false).AskAsync("Continue?", Cancelled));
        Assert.Equal("Continue? [Y/n] ", shown.ToString());
    }

    [Fact]
    public async Task Anything_else_is_asked_again()
    {
        var shown = new StringWriter();

        Assert.False(await new Prompt(new StringReader("maybe\n y\nn\n"), shown, alwaysYes: false).AskAsync("Continue?", Cancelled));
        Assert.Equal(
            "Continue? [Y/n] Please respond with 'yes' or 'no' (or 'y' or 'n').\n"
            + "Continue? [Y/n] Please respond with 'yes' or 'no' (or 'y' or 'n').\nContinue? [Y/n] ",
            shown.ToString());
    }

    [Fact]
    public async Task With_force_nothing_is_asked()
    {
        var shown = new StringWriter();

        Assert.True(await new Prompt(new StringReader(""), shown, alwaysYes: true).AskAsync("Continue?", Cancelled));
        Assert.Equal("", shown.ToString());
    }

    [Fact]
    public async Task The_end_of_input_is_no_answer()
    {
        var error = await Assert.ThrowsAsync<ZddException>(
            () => new Prompt(new StringReader(""), TextWriter.Null, alwaysYes: false).AskAsync("Continue?", Cancelled));

        Assert.Equal(ExitCode.Other, error.ExitCode);
        Assert.Contains("--force", error.Remedy, StringComparison.Ordinal);
    }
}
