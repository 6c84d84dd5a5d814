using System.Diagnostics;
using System.Net.Sockets;
using BlueGreen.Lab.Hosting;

namespace BlueGreen.Lab.Tasks;

/// <summary>One task as a process group, with its network and its forwarded ports.</summary>
internal sealed class ProcessTask : IRunningTask
{
    private readonly Process _process;
    private readonly NetworkNamespace? _network;
    private readonly IReadOnlyList<PortForwarder> _forwarders;
    private readonly TimeProvider _time;
    private readonly ProcessStartInfo _surroundings;
    private readonly CancellationTokenSource _ended = new();

    private ProcessTask(
        Process process, NetworkNamespace? network, IReadOnlyList<PortForwarder> forwarders, ProcessStartInfo surroundings, TimeProvider time)
    {
        _process = process;
        _network = network;
        _forwarders = forwarders;
        _surroundings = surroundings;
        _time = time;
        Exited = WaitForExitAsync();
    }

    public Task<TaskExit> Exited { get; }

    public static ProcessTask Start(
        TaskLaunch launch, string sandbox, IReadOnlyDictionary<string, string> environment, TimeProvider time, ILogger logger)
    {
        Directory.CreateDirectory(sandbox);
        var network = launch.Isolated ? NetworkNamespace.Create() : null;
        var forwarders = new List<PortForwarder>();
        try
        {
            // The ports are taken first: a task whose ports someone else has must not run at all.
            foreach (var forward in launch.Forwards) forwarders.Add(PortForwarder.Start(forward, network!, time, logger));
            var surroundings = Surroundings(launch, sandbox, environment, network);
            // The shell replaces itself, so the process that is waited for and signalled is the task itself.
            var start = Copy(surroundings);
            foreach (var argument in (string[])["-c", "exec \"$@\" </dev/null >>stdout 2>>stderr", "sh", .. Program(launch)])
                start.ArgumentList.Add(argument);
            return new ProcessTask(Process.Start(start)!, network, forwarders, surroundings, time);
        }
        catch
        {
            foreach (var forwarder in forwarders) forwarder.Dispose();
            network?.Dispose();
            throw;
        }
    }

    public void Terminate(TimeSpan grace)
    {
        foreach (var forwarder in _forwarders) forwarder.WatchClosely();
        Signal(Signals.Terminate);
        _ = KillAfterAsync(grace);
    }

    /// <summary>Ends the task at once.</summary>
    public void Kill() => Signal(Signals.Kill);

    public async Task<int> RunCommandAsync(string command, CancellationToken cancellationToken)
    {
        var start = Copy(_surroundings);
        foreach (var argument in (string[])["-c", command]) start.ArgumentList.Add(argument);
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = Task.WhenAll(process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None),
            process.StandardError.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None));
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _ended.Token);
        try
        {
            await process.WaitForExitAsync(either.Token);
            return process.ExitCode;
        }
        catch (OperationCanceledException)
        {
            Signals.SendToGroup(process.Id, Signals.Kill);
            await process.WaitForExitAsync(CancellationToken.None);
            cancellationToken.ThrowIfCancellationRequested();
            throw new IOException("The task ended while its check ran");
        }
        finally
        {
            await output;
        }
    }

    public Socket CreateSocket() =>
        _network?.CreateSocket() ?? new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    /// <summary>How a shell is started in the task's place: session, network, folder, environment.</summary>
    private static ProcessStartInfo Surroundings(
        TaskLaunch launch, string sandbox, IReadOnlyDictionary<string, string> environment, NetworkNamespace? network)
    {
        var start = new ProcessStartInfo("setsid") { WorkingDirectory = sandbox };
        if (network is not null)
        {
            start.ArgumentList.Add("nsenter");
            start.ArgumentList.Add($"--net={network.Path}");
            start.ArgumentList.Add("--");
        }

        start.ArgumentList.Add("/bin/sh");
        foreach (var (name, value) in environment.Concat(launch.Environment)) start.Environment[name] = value;
        start.Environment["MESOS_SANDBOX"] = sandbox;
        return start;
    }

    private static ProcessStartInfo Copy(ProcessStartInfo source)
    {
        var copy = new ProcessStartInfo(source.FileName) { WorkingDirectory = source.WorkingDirectory };
        foreach (var argument in source.ArgumentList) copy.ArgumentList.Add(argument);
        copy.Environment.Clear();
        foreach (var (name, value) in source.Environment) copy.Environment[name] = value;
        return copy;
    }

    private static string[] Program(TaskLaunch launch) =>
        launch.Command is { } command ? ["/bin/sh", "-c", command] : [.. launch.Arguments];

    private async Task<TaskExit> WaitForExitAsync()
    {
        await _process.WaitForExitAsync();
        // Whatever the task started and left running goes with it, as it does in a container.
        Signals.SendToGroup(_process.Id, Signals.Kill);
        await _ended.CancelAsync();
        foreach (var forwarder in _forwarders) forwarder.Dispose();
        _network?.Dispose();
        var code = _process.ExitCode;
        _process.Dispose();
        // .NET gives the exit code of a process that a signal ended as 128 and the signal.
        return code > 128 ? new TaskExit(code, code - 128) : new TaskExit(code, null);
    }

    private async Task KillAfterAsync(TimeSpan grace)
    {
        try
        {
            await Task.Delay(grace, _time, _ended.Token);
            Kill();
        }
        catch (OperationCanceledException)
        {
            // It ended by itself.
        }
    }

    private void Signal(int signal)
    {
        if (_ended.IsCancellationRequested) return;
        // For an instant after the start the process is not yet leader of a group of its own.
        if (!Signals.SendToGroup(_process.Id, signal)) Signals.Send(_process.Id, signal);
    }
}
