using BlueGreen.Zdd.CommandLine;

namespace BlueGreen.Host.Tests.Zdd;

/// <summary>What zdd.py's own parser answered to the same words.</summary>
public sealed class ArgumentTests
{
    private const string Required = "-m http://m -l http://lb -j app.json ";

    [Fact]
    public void Without_options_everything_is_as_with_zdd()
    {
        var options = Parse(Required);

        Assert.Equal(("http://m", "http://lb", "app.json"), (options.Marathon, options.MarathonLb, options.Json));
        Assert.Equal((1, 0, 0), (options.InitialInstances, options.LinearIncrease, options.NewInstances));
        Assert.Equal(TimeSpan.FromMinutes(5), options.MaxWait);
        Assert.Equal(("DEBUG", "%(asctime)-15s %(name)s: %(message)s"), (options.LogLevel, options.LogFormat));
        Assert.False(options.DryRun || options.Force || options.Resume || options.CompleteCurrent || options.CompletePrevious || options.CutSessions);
    }

    [Theory]
    [InlineData("-d -f -r -c -p")]
    [InlineData("-dfrcp")]
    [InlineData("--dry-run --force --resume --complete-cur --complete-prev")]
    [InlineData("--dry --for --r --complete-c --complete-p")]
    public void Flags_may_be_short_joined_long_or_a_beginning(string words)
    {
        var options = Parse(Required + words);

        Assert.True(options.DryRun && options.Force && options.Resume && options.CompleteCurrent && options.CompletePrevious);
    }

    [Theory]
    [InlineData("-i 3 -n 4 -w 9 -s 1")]
    [InlineData("-i3 -n4 -w9 -s1")]
    [InlineData("-i=3 -n=4 -w=9 -s=1")]
    [InlineData("--initial-instances=3 --new-instances 4 --max-wait=9 --step-delay=1")]
    [InlineData("--init 3 --new=4 --max 9 --step 1")]
    [InlineData("-fi3 -fdn 4 -dw9")]
    [InlineData("-i 7 -i 3 -n 4 -w +9")]
    public void Values_may_follow_or_be_joined_and_the_last_one_counts(string words)
    {
        var options = Parse(Required + words);

        Assert.Equal((3, 4, TimeSpan.FromSeconds(9)), (options.InitialInstances, options.NewInstances, options.MaxWait));
    }

    [Theory]
    [InlineData("", "argument --marathon/-m is required")]
    [InlineData("-m a", "argument --marathon-lb/-l is required")]
    [InlineData("-m a -l b", "argument --json/-j is required")]
    [InlineData("-m", "argument --marathon/-m: expected one argument")]
    [InlineData("-m -l b", "argument --marathon/-m: expected one argument")]
    [InlineData("-fdm", "argument --marathon/-m: expected one argument")]
    [InlineData("--step-delay x", "argument --step-delay/-s: invalid int value: 'x'")]
    [InlineData("-w 1.5", "argument --max-wait/-w: invalid int value: '1.5'")]
    [InlineData("--force=x", "argument --force/-f: ignored explicit argument 'x'")]
    [InlineData("-fx", "argument --force/-f: ignored explicit argument 'x'")]
    [InlineData("-f=3", "argument --force/-f: ignored explicit argument '3'")]
    [InlineData(Required + "extra -q 2", "unrecognized arguments: extra -q 2")]
    [InlineData(Required + "--unknown=1", "unrecognized arguments: --unknown=1")]
    [InlineData(
        "--ma x", "ambiguous option: --ma could match --marathon, --marathon-lb, --max-wait, --marathon-auth-credential-file, --marathon-ca-cert")]
    [InlineData("--help --comp", "ambiguous option: --comp could match --complete-cur, --complete-prev")]
    public void Mistakes_are_told_in_the_words_of_argparse(string words, string message)
    {
        Assert.Equal(message, Assert.Throws<UsageException>(() => Parse(words)).Message);
    }

    [Theory]
    [InlineData("--max-h 3")]
    [InlineData("--allow")]
    [InlineData("--cut")]
    public void Options_that_zdd_does_not_have_take_no_beginning_away_from_those_that_it_has(string words)
    {
        Assert.StartsWith("unrecognized arguments", Assert.Throws<UsageException>(() => Parse(Required + words)).Message, StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromSeconds(3), Parse(Required + "--max-health-wait 3").MaxHealthWait);
        Assert.True(Parse(Required + "--cut-sessions").CutSessions);
    }

    [Fact]
    public void A_value_with_a_space_or_a_negative_number_is_a_value_although_it_begins_with_a_dash()
    {
        Assert.Equal("-a b", ZddOptions.Parse(["-m", "x", "-l", "y", "-j", "-a b"]).Json);
        Assert.Equal(-2, Parse(Required + "-n -2").NewInstances);
    }

    [Fact]
    public void Help_needs_nothing_else()
    {
        Assert.True(Parse("--help").Help);
        Assert.True(Parse("-h --step-delay").Help);
        Assert.True(Parse("--longhelp").LongHelp);
    }

    private static ZddOptions Parse(string words) => ZddOptions.Parse(words.Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
