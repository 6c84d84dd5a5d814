using System.Diagnostics;
using BlueGreen.Lab.Hosting;

namespace BlueGreen.Lab.Tests.Demo;

/// <summary>The load generator as a process of its own.</summary>
public class LoadProcessTests
{
    [Fact]
    public async Task With_its_input_ends_the_load_when_that_was_asked_for()
    {
        var start = new ProcessStartInfo(OwnCommand.Parts[0]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        // Nobody listens there: what is sent does not matter, only that it ends long before its time.
        foreach (var word in (string[])[.. OwnCommand.Parts.Skip(1), "load", "--url", "http://127.0.0.1:9", "--rate", "1", "--duration", "600", "--ends-with-input"])
        {
            start.ArgumentList.Add(word);
        }

        using var load = Process.Start(start)!;
        Assert.NotNull(await load.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
        load.StandardInput.Close();

        var rest = await load.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await load.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Contains("\"final\":true", rest, StringComparison.Ordinal);
    }
}
