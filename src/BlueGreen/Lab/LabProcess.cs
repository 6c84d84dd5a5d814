using System.Collections.Concurrent;
using System.Diagnostics;
using BlueGreen.Engine;

namespace BlueGreen.Lab;

/// <summary>A lab that runs as a process of its own. It ends with <see cref="Dispose"/>, and by itself when this process ends.</summary>
internal sealed class LabProcess : IDisposable
{
    private const int LinesKept = 40;
    private static readonly string[] SetsidPaths = ["/usr/bin/setsid", "/bin/setsid"];
    private static readonly TimeSpan TimeToEnd = TimeSpan.FromSeconds(20);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _errors = new();
    private int _disposed;

    private LabProcess(Process process) => _process = process;

    /// <summary>Where it can be reached.</summary>
    public LabEndpoints Endpoints { get; private set; } = null!;

    /// <summary>The process.</summary>
    public int Id { get; private set; }

    /// <summary>False once it has ended.</summary>
    public bool IsRunning => Volatile.Read(ref _disposed) == 0 && !_process.HasExited;

    /// <summary>Starts a lab and waits until it says where it can be reached.</summary>
    /// <param name="program">The lab's dll.</param>
    /// <param name="arguments">What it is to be like.</param>
    /// <param name="timeout">How long it may take to start.</param>
    /// <param name="token">Gives it up.</param>
    public static async Task<LabProcess> StartAsync(
        string program, IReadOnlyList<string> arguments, TimeSpan timeout, CancellationToken token)
    {
        var lab = new LabProcess(new Process { StartInfo = Describe(program, arguments), EnableRaisingEvents = true });
        try
        {
            lab.Endpoints = await lab.RunAsync(timeout, token).ConfigureAwait(false);
            return lab;
        }
        catch
        {
            lab.Dispose();
            throw;
        }
    }

    /// <summary>Ends the lab with everything in it.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        try
        {
            // The end of its input is the lab's sign to end, with all its processes. It sees that, too, when this process is killed.
            _process.StandardInput.Close();
            if (!_process.WaitForExit((int)TimeToEnd.TotalMilliseconds)) _process.Kill();
        }
        catch (Exception error) when (error is InvalidOperationException or IOException or System.ComponentModel.Win32Exception)
        {
            // It was never started, or has ended by itself.
        }

        _process.Dispose();
    }

    private static ProcessStartInfo Describe(string program, IReadOnlyList<string> arguments)
    {
        // In a session of its own, so that a Ctrl-C that is meant for a cmdlet does not reach the lab and its processes.
        var setsid = SetsidPaths.FirstOrDefault(File.Exists);
        string[] command = setsid is null ? ["dotnet", program] : [setsid, "dotnet", program];
        return new ProcessStartInfo(command[0])
        {
            Arguments = string.Join(" ", command.Skip(1).Concat(arguments).Select(Quote)),
            UseShellExecute = false,
            CreateNoWindow = true,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
    }

    private static string Quote(string argument) => $"\"{argument.Replace("\"", "\\\"")}\"";

    private async Task<LabEndpoints> RunAsync(TimeSpan timeout, CancellationToken token)
    {
        var ready = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        _process.OutputDataReceived += (_, line) =>
        {
            if (line.Data?.TrimStart().StartsWith("{", StringComparison.Ordinal) == true) ready.TrySetResult(line.Data);
        };
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.Exited += (_, _) => ready.TrySetException(Failed($"It ended with exit code {_process.ExitCode}."));
        Begin();

        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(token);
        deadline.CancelAfter(timeout);
        using var _ = deadline.Token.Register(() => ready.TrySetCanceled());
        try
        {
            return LabEndpoints.Parse(await ready.Task.ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (!token.IsCancellationRequested)
        {
            throw Failed($"It said nothing within {timeout.TotalSeconds:0} s.");
        }
    }

    private void Begin()
    {
        try
        {
            _process.Start();
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            throw new BlueGreenException(
                ErrorKind.Unavailable, "LabNotStarted", $"The lab could not be started: {error.Message}.",
                "The lab needs the .NET 10 runtime with ASP.NET Core; 'dotnet --list-runtimes' shows what is there.", cause: error);
        }

        Id = _process.Id;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    private void Keep(string? line)
    {
        if (string.IsNullOrWhiteSpace(line)) return;
        _errors.Enqueue(line!);
        while (_errors.Count > LinesKept) _errors.TryDequeue(out _);
    }

    private BlueGreenException Failed(string how)
    {
        // What it wrote last may still be on its way.
        if (_process.HasExited) _process.WaitForExit();
        var said = string.Join(Environment.NewLine, _errors);
        return new BlueGreenException(
            ErrorKind.Unavailable, "LabNotStarted", $"The lab did not start. {how}{(said.Length == 0 ? "" : Environment.NewLine + said)}",
            "Mend what it says and try again. The lab needs Linux, the .NET 10 runtime with ASP.NET Core, and HAProxy.");
    }
}
