using System.Runtime.InteropServices;

namespace BlueGreen.Lab.Demo;

/// <summary>
/// The demo app as a task of the cluster. At SIGTERM it ends at once, as a naive service does, so that killing it with
/// work pending loses requests and the loss is seen; <c>--graceful</c> finishes them first.
/// </summary>
internal static class ServeCommand
{
    private const int EndedBySigterm = 128 + 15;

    public static async Task<int> RunAsync(string[] args)
    {
        if (args.Contains("--help"))
        {
            await Console.Out.WriteLineAsync(ServeOptions.Usage);
            return 0;
        }

        ServeOptions options;
        try
        {
            options = ServeOptions.Parse(args, Environment.GetEnvironmentVariable);
        }
        catch (CommandLineException e)
        {
            await Console.Error.WriteLineAsync($"serve: {e.Message}\n{ServeOptions.Usage}");
            return 2;
        }

        var stopped = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Stop(context, options, stopped));
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Stop(context, options, stopped));
        try
        {
            await Task.WhenAny(Task.Delay(options.StartDelay), stopped.Task);
            if (stopped.Task.IsCompleted)
                return await stopped.Task;
            await using var server = await DemoServer.StartAsync(options, TimeProvider.System, CancellationToken.None);
            Console.WriteLine($"version {options.Version} listens on {server.Uri}");
            if (options.CrashAfter is { } after)
                _ = CrashAsync(after);
            var code = await stopped.Task;
            await server.StopAsync(CancellationToken.None);
            return code;
        }
        catch (IOException e)
        {
            await Console.Error.WriteLineAsync($"serve: cannot listen on {options.Address}:{options.Port}: {e.Message}");
            return 1;
        }
    }

    private static void Stop(PosixSignalContext context, ServeOptions options, TaskCompletionSource<int> stopped)
    {
        // _exit, not a graceful shutdown: open connections are reset, as when a service does not care.
        if (!options.Graceful)
            _exit(EndedBySigterm);
        context.Cancel = true;
        stopped.TrySetResult(0);
    }

    private static async Task CrashAsync(TimeSpan after)
    {
        await Task.Delay(after);
        await Console.Error.WriteLineAsync($"crashing after {after.TotalMilliseconds} ms, as asked for");
        _exit(1);
    }

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern void _exit(int code);
}
