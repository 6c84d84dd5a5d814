using System.Text;
using BlueGreen.Host.CommandLine;

namespace BlueGreen.Host.Tests;

public sealed class CommandLineTests
{
    [Fact]
    public void Words_after_the_script_are_its_arguments_even_when_they_look_like_switches()
    {
        var options = CommandLineReader.Read(["-NoProfile", "-File", "a.ps1", "-Command", "x", "y"]);

        Assert.Equal("a.ps1", options.File);
        Assert.Null(options.Command);
        Assert.Equal(["-Command", null, null], options.FileArguments.Select(argument => argument.Name));
        Assert.Equal([null, "x", "y"], options.FileArguments.Select(argument => argument.Value));
    }

    [Fact]
    public void A_bare_first_word_is_the_script()
    {
        Assert.Equal("a.ps1", CommandLineReader.Read(["a.ps1"]).File);
    }

    [Theory]
    [InlineData("-c")]
    [InlineData("-Command")]
    [InlineData("--command")]
    [InlineData("-COMM")]
    public void All_words_after_the_command_switch_are_the_command(string name)
    {
        Assert.Equal("Get-Date -Format o", CommandLineReader.Read(["-nop", name, "Get-Date", "-Format", "o"]).Command);
    }

    [Fact]
    public void A_dash_as_command_reads_it_from_standard_input()
    {
        Assert.True(CommandLineReader.Read(["-Command", "-"]).CommandFromInput);
    }

    [Fact]
    public void An_encoded_command_is_decoded()
    {
        var encoded = Convert.ToBase64String(Encoding.Unicode.GetBytes("'ä'"));

        Assert.Equal("'ä'", CommandLineReader.Read(["-ec", encoded, "-NoExit"]).Command);
    }

    [Theory]
    [InlineData("-noni", true)]
    [InlineData("-NonInteractive", true)]
    [InlineData("-NoLogo", false)]
    public void Switches_may_be_shortened_as_far_as_pwsh_allows(string name, bool nonInteractive)
    {
        Assert.Equal(nonInteractive, CommandLineReader.Read([name]).NonInteractive);
    }

    [Fact]
    public void A_switch_of_a_script_can_be_turned_off()
    {
        var options = CommandLineReader.Read(["a.ps1", "-Force:$false", "-Name:x", "-Late:", "y", "-5"]);

        Assert.Equal(["-Force", "-Name", "-Late", null], options.FileArguments.Select(argument => argument.Name));
        Assert.Equal([false, "x", "y", "-5"], options.FileArguments.Select(argument => argument.Value));
    }

    [Theory]
    [InlineData("Only pwsh has the switch '-ConfigurationName'", "-ConfigurationName", "x")]
    [InlineData("The switch '-Nonsense' is not known", "-Nonsense")]
    [InlineData("-command needs a value", "-Command")]
    [InlineData("is not base64", "-EncodedCommand", "%%")]
    [InlineData("-ExecutionPolicy does not know 'Some'", "-ExecutionPolicy", "Some")]
    [InlineData("-outputformat Xml is something that only pwsh has", "-OutputFormat", "Xml")]
    public void What_cannot_be_followed_is_refused_with_the_reason(string reason, params string[] arguments)
    {
        var refusal = Assert.Throws<CommandLineException>(() => CommandLineReader.Read(arguments));

        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_lists_the_commands_that_the_host_brings()
    {
        var result = await HostRun.Of("-Help");

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("-WorkingDirectory", result.Output, StringComparison.Ordinal);
        Assert.Contains("ConvertTo-Json", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bad_switch_ends_with_64_and_nothing_on_standard_output()
    {
        var result = await HostRun.Of("-Nonsense");

        Assert.Equal(64, result.ExitCode);
        Assert.Empty(result.Output);
        Assert.Contains("-Help", result.Errors, StringComparison.Ordinal);
    }
}
