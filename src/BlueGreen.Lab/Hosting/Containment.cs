using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace BlueGreen.Lab.Hosting;

/// <summary>
/// Runs the lab proper in a PID namespace, where nothing outlives the first process: the kernel sees to it. A
/// <see cref="Janitor"/> outside ends the namespace when this process is gone, and removes the work folder. Whoever is
/// killed, and when, the rest follows.
/// </summary>
[SupportedOSPlatform("linux")]
internal static class Containment
{
    /// <summary>
    /// The first process of the namespace: it takes in what the lab's tasks leave behind when they end, as the runtime
    /// would not, and ends with the lab.
    /// </summary>
    private static readonly string[] Init = ["/bin/sh", "-c", "exec 3<&0; \"$@\" <&3 3<&- & wait $!", "bluegreen-lab-init"];

    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(15);

    /// <summary>The ways to a PID namespace: as root, and as a user who may be root in a namespace of his own.</summary>
    private static readonly string[][] Namespaces =
    [
        ["--pid", "--fork", "--kill-child=KILL", "--mount-proc"],
        ["--user", "--map-root-user", "--pid", "--fork", "--kill-child=KILL", "--mount-proc"],
    ];

    /// <summary>Runs the lab until it ends or is told to; the result is its exit code.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, LabOptions options)
    {
        var mark = Guid.NewGuid().ToString("N");
        var work = Path.Combine(Path.GetTempPath(), $"bluegreen-lab-{mark[..8]}");
        using var stop = new CancellationTokenSource();
        using var parent = options.Parent is { } pid ? FindParent(pid) : null;
        using var signals = new SignalSet(stop, PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGHUP);

        // The janitor is there before anything that it might have to clean up.
        var janitor = Janitor.Start(work, mark);
        Directory.CreateDirectory(Path.Combine(work, "tmp"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using var lab = StartLab(args, work, mark);
        var ended = lab.WaitForExitAsync();
        _ = StopWhenAsync(parent?.WaitForExitAsync(), stop);
        _ = StopWhenAsync(options.Json ? WaitForEndOfInputAsync() : null, stop);
        await using var stopping = stop.Token.Register(() => _ = StopAsync(lab));
        while (await Task.WhenAny(ended, janitor.Ended) != ended)
        {
            janitor.Dispose();
            janitor = Janitor.Start(work, mark);
        }

        await janitor.CleanUpAsync();
        janitor.Dispose();
        return lab.ExitCode;
    }

    private static Process FindParent(int pid)
    {
        try
        {
            return Process.GetProcessById(pid);
        }
        catch (ArgumentException e)
        {
            throw new LabException($"--parent {pid}: there is no such process.", e);
        }
    }

    private static Process StartLab(IReadOnlyList<string> args, string work, string mark)
    {
        string[] command =
        [
            .. FindNamespace(), .. OwnCommand.Parts, ContainedLab.Argument, work, Environment.ProcessId.ToString(CultureInfo.InvariantCulture), .. args,
        ];
        // The lab ends when its input does, and only this process holds the other end.
        var start = new ProcessStartInfo(command[0]) { RedirectStandardInput = true };
        foreach (var argument in command[1..]) start.ArgumentList.Add(argument);
        start.Environment[Janitor.MarkVariable] = mark;
        // Temporary files, among them the sockets that the runtime makes, go with the work folder even if a process is killed.
        start.Environment["TMPDIR"] = Path.Combine(work, "tmp");
        return Process.Start(start)!;
    }

    private static string[] FindNamespace()
    {
        foreach (var flags in Namespaces)
        {
            try
            {
                var start = new ProcessStartInfo("unshare") { RedirectStandardError = true };
                foreach (var argument in (string[])[.. flags, "--", "true"]) start.ArgumentList.Add(argument);
                using var trial = Process.Start(start)!;
                trial.StandardError.ReadToEnd();
                trial.WaitForExit();
                if (trial.ExitCode == 0) return ["unshare", .. flags, "--", .. Init];
            }
            catch (System.ComponentModel.Win32Exception)
            {
                // Without the unshare program the janitor alone must do.
                return [];
            }
        }

        return [];
    }

    private static async Task StopAsync(Process lab)
    {
        lab.StandardInput.Close();
        using var limit = new CancellationTokenSource(StopLimit);
        try
        {
            await lab.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            lab.Kill();
        }
    }

    private static async Task StopWhenAsync(Task? end, CancellationTokenSource stop)
    {
        if (end is null) return;
        await end;
        try
        {
            await stop.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // The lab has ended already.
        }
    }

    private static async Task WaitForEndOfInputAsync()
    {
        await using var input = Console.OpenStandardInput();
        var buffer = new byte[1024];
        while (await input.ReadAsync(buffer) > 0)
        {
            // Whatever comes is of no interest; that nothing can come any more is.
        }
    }
}

/// <summary>Signals that ask this process to stop in order.</summary>
internal sealed class SignalSet : IDisposable
{
    private readonly List<PosixSignalRegistration> _registrations;

    public SignalSet(CancellationTokenSource stop, params IEnumerable<PosixSignal> signals) =>
        _registrations = [.. signals.Select(signal => PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            // Not on the thread that delivers signals, which must stay free.
            _ = Task.Run(stop.Cancel);
        }))];

    public void Dispose() => _registrations.ForEach(r => r.Dispose());
}
