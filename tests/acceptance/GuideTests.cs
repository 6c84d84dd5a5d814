using System.Diagnostics;
using BlueGreen.Acceptance.Support;

namespace BlueGreen.Acceptance;

public sealed class GuideTests
{
    [Fact]
    public async Task The_steps_of_the_guide_run_on_the_lab_from_the_first_to_the_last()
    {
        Assert.True(File.Exists(BuiltModule.Manifest));
        var start = new ProcessStartInfo("dotnet") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in new[] { BuiltModule.Host, "-NoProfile", "-NonInteractive", "-File", Path.Combine(BuiltModule.Root, "examples", "guide.ps1") })
        {
            start.ArgumentList.Add(argument);
        }

        using var guide = Process.Start(start)!;
        guide.StandardInput.Close();
        var errors = guide.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await guide.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await guide.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.True(guide.ExitCode == 0, output + await errors);
        Assert.Contains("MisplacedHealthChecks", output, StringComparison.Ordinal);
        Assert.Contains("Round 2", output, StringComparison.Ordinal);
        var end = output[output.IndexOf("remove it", StringComparison.Ordinal)..];
        Assert.Matches("myapp +Stable +/myapp-green", end);
    }
}
