using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace BlueGreen.Lab.Hosting;

/// <summary>The lab proper, inside its containment.</summary>
internal static class ContainedLab
{
    /// <summary>Begins its command line; the work folder and the id of the process outside follow.</summary>
    public const string Argument = "--contained";

    /// <summary>Runs until standard input ends or a signal asks for it.</summary>
    public static async Task<int> RunAsync(LabOptions options, string workDirectory, int reportedPid)
    {
        using var loggers = LoggerFactory.Create(logging => logging
            .AddSimpleConsole(console => console.SingleLine = true)
            .SetMinimumLevel(options.Verbose ? LogLevel.Information : LogLevel.Warning)
            .AddFilter("Microsoft", LogLevel.Warning)
            // Standard output is for the endpoints.
            .Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace));
        using var stop = new CancellationTokenSource();
        using var signals = new SignalSet(stop, PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGHUP);
        _ = Task.Run(() => StopAtEndOfInput(stop));
        try
        {
            await using var lab = await LabHost.StartAsync(options, workDirectory, loggers, TimeProvider.System, stop.Token);
            var endpoints = lab.ToJson(reportedPid);
            Console.WriteLine(options.Json ? endpoints.ToJsonString() : Describe(endpoints));
            await Task.Delay(Timeout.Infinite, stop.Token).ContinueWith(_ => { }, TaskScheduler.Default);
            return 0;
        }
        catch (OperationCanceledException)
        {
            return 0;
        }
        catch (LabException e)
        {
            await Console.Error.WriteLineAsync($"BlueGreen.Lab: {e.Message}");
            return 1;
        }
    }

    private static void StopAtEndOfInput(CancellationTokenSource stop)
    {
        using var input = Console.OpenStandardInput();
        while (input.ReadByte() >= 0)
        {
            // The containment never sends anything; it only holds the line.
        }

        stop.Cancel();
    }

    private static string Describe(JsonObject endpoints)
    {
        var lines = new List<string> { $"Marathon       {endpoints["marathonUri"]}" };
        Add("marathon-lb", "marathonLbUris");
        Add("admin socket", "adminSockets");
        Add("master socket", "masterSockets");
        lines.Add($"sandboxes      {endpoints["sandbox"]}");
        lines.Add(string.Create(CultureInfo.InvariantCulture, $"Ctrl-C or 'kill {endpoints["pid"]}' ends the lab."));
        return string.Join(Environment.NewLine, lines);

        void Add(string title, string member) =>
            lines.AddRange(endpoints[member]!.AsArray().Select(value => $"{title,-14} {value}"));
    }
}
