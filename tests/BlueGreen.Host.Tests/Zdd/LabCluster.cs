using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace BlueGreen.Host.Tests.Zdd;

/// <summary>The embedded cluster as a process of its own, which ends with its input: real tasks behind a real HAProxy.</summary>
internal sealed class LabCluster : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly HttpClient _http = new();
    private readonly Process _process;

    private LabCluster(Process process) => _process = process;

    public string Marathon { get; private set; } = "";

    public string MarathonLb { get; private set; } = "";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static async Task<LabCluster> Start()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/usr/sbin/haproxy"), "The lab needs Linux and HAProxy.");
        var start = new ProcessStartInfo("dotnet") { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var word in new[] { Program(), "--lb", "1", "--json" }) start.ArgumentList.Add(word);
        var lab = new LabCluster(Process.Start(start)!);
        var line = await lab._process.StandardOutput.ReadLineAsync(Cancelled).AsTask().WaitAsync(Limit, Cancelled);
        var endpoints = JsonNode.Parse(line!)!;
        lab.Marathon = (string)endpoints["marathonUri"]!;
        lab.MarathonLb = (string)endpoints["marathonLbUris"]![0]!;
        return lab;
    }

    /// <summary>The apps with the numbers of their wanted and their healthy tasks, such as <c>/shop-blue 3/3</c>.</summary>
    public async Task<string> Apps()
    {
        var answer = await _http.GetFromJsonAsync<JsonNode>($"{Marathon}/v2/apps", Cancelled);
        return string.Join(", ", answer!["apps"]!.AsArray().Select(app => $"{app!["id"]} {app["tasksHealthy"]}/{app["instances"]}").Order(StringComparer.Ordinal));
    }

    public async Task Shows(string apps)
    {
        var deadline = DateTime.UtcNow + Limit;
        while (await Apps() != apps)
        {
            Assert.True(DateTime.UtcNow < deadline, $"The apps did not become '{apps}'; they are '{await Apps()}'.");
            await Task.Delay(100, Cancelled);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
        _http.Dispose();
    }

    /// <summary>Built beside this project, in the same configuration.</summary>
    private static string Program()
    {
        var target = new DirectoryInfo(AppContext.BaseDirectory);
        var configuration = target.Parent!;
        var root = configuration.Parent!.Parent!.Parent!.Parent!;
        return Path.Combine(root.FullName, "src", "BlueGreen.Lab", "bin", configuration.Name, target.Name, "BlueGreen.Lab.dll");
    }
}
