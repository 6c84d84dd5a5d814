using System.Runtime.InteropServices;

namespace BlueGreen.Lab.Demo;

/// <summary>
/// Load from the command line: a JSON line a second with the counts so far, and a last one with
/// <c>"final":true</c>. See <see cref="LoadGenerator"/> for what counts as lost.
/// </summary>
internal static class LoadCommand
{
    public static async Task<int> RunAsync(string[] args)
    {
        if (args.Contains("--help"))
        {
            await Console.Out.WriteLineAsync(LoadOptions.Usage);
            return 0;
        }

        LoadOptions options;
        try
        {
            options = LoadOptions.Parse(args);
        }
        catch (CommandLineException e)
        {
            await Console.Error.WriteLineAsync($"load: {e.Message}\n{LoadOptions.Usage}");
            return 2;
        }

        using var stop = new CancellationTokenSource();
        using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        if (Console.IsInputRedirected)
            _ = StopOnWordAsync(Console.In, options.EndsWithInput, stop);
        return await RunAsync(options, Console.Out, TimeProvider.System, stop.Token);

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }
    }

    /// <summary>Runs the load and writes its lines; 1 when a request was lost, else 0.</summary>
    public static async Task<int> RunAsync(LoadOptions options, TextWriter output, TimeProvider time, CancellationToken stop)
    {
        var report = new LoadReport(time);
        var running = new LoadGenerator(options, report, time).RunAsync(stop);
        using var second = new PeriodicTimer(TimeSpan.FromSeconds(1), time);
        for (var tick = second.WaitForNextTickAsync(CancellationToken.None).AsTask();
             await Task.WhenAny(running, tick) == tick;
             tick = second.WaitForNextTickAsync(CancellationToken.None).AsTask())
        {
            await WriteAsync(output, report.ProgressLine());
        }

        await running;
        await WriteAsync(output, report.FinalLine());
        return report.Lost == 0 ? 0 : 1;
    }

    private static async Task WriteAsync(TextWriter output, string line)
    {
        await output.WriteLineAsync(line);
        await output.FlushAsync();
    }

    private static async Task StopOnWordAsync(TextReader input, bool endsWithInput, CancellationTokenSource stop)
    {
        // Console.In blocks; on a thread of the pool it keeps nobody from ending.
        await Task.Run(() =>
        {
            while (input.ReadLine() is { } line)
            {
                if (line.Trim() == "stop")
                {
                    stop.Cancel();
                    return;
                }
            }

            // Whoever started it is gone.
            if (endsWithInput) stop.Cancel();
        });
    }
}
