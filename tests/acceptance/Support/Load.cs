using System.Diagnostics;
using System.Text.Json.Nodes;

namespace BlueGreen.Acceptance.Support;

/// <summary>Requests through load balancers, quick and slow ones, until it is stopped. Each one that got no good answer is counted.</summary>
internal sealed class Load : IDisposable
{
    private readonly Process _process;
    private volatile JsonNode? _last;

    private Load(Process process) => _process = process;

    /// <summary>Requests that were answered so far.</summary>
    public long Served => _last?["served"]?.AsObject().Sum(version => (long)version.Value!) ?? 0;

    /// <summary>Starts quick requests, half of them on connections that are kept, and some slow ones.</summary>
    /// <param name="urls">The service at each load balancer.</param>
    /// <param name="slowMilliseconds">How long a slow request takes.</param>
    public static Load Start(IEnumerable<string> urls, int slowMilliseconds = 2000)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var argument in new[] { BuiltModule.Lab, "load", "--rate", "60", "--slow-rate", "4", "--slow-ms", $"{slowMilliseconds}", "--duration", "900", "--ends-with-input" }
            .Concat(urls.SelectMany(url => new[] { "--url", url })))
        {
            start.ArgumentList.Add(argument);
        }

        var load = new Load(Process.Start(start)!);
        load._process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is { Length: > 0 } text) load._last = JsonNode.Parse(text);
        };
        load._process.BeginOutputReadLine();
        return load;
    }

    /// <summary>Ends it in order, and gives its counts.</summary>
    public async Task<JsonNode> StopAsync()
    {
        await _process.StandardInput.WriteLineAsync("stop");
        await _process.StandardInput.FlushAsync();
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return _last ?? throw new InvalidOperationException("The load said nothing.");
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }
}
