using System.Net;
using System.Net.Sockets;

namespace BlueGreen.Lab.Tasks;

/// <summary>How a port of the task is reached: <paramref name="Listen"/> outside leads to <paramref name="ContainerPort"/> inside.</summary>
internal sealed record PortForward(IPEndPoint Listen, int ContainerPort);

/// <summary>All that is needed to run a task.</summary>
/// <param name="TaskId">Names the sandbox folder too.</param>
/// <param name="Command">Run by <c>/bin/sh -c</c>; null: <paramref name="Arguments"/> are the program and its arguments.</param>
/// <param name="Environment">Laid over the lab's own environment.</param>
/// <param name="Isolated">Whether the task has a network of its own, reached by <paramref name="Forwards"/>.</param>
internal sealed record TaskLaunch(
    string TaskId,
    string? Command,
    IReadOnlyList<string> Arguments,
    IReadOnlyDictionary<string, string> Environment,
    bool Isolated,
    IReadOnlyList<PortForward> Forwards);

/// <param name="Code">Exit code, when it exited by itself.</param>
/// <param name="Signal">Signal that ended it, otherwise.</param>
internal sealed record TaskExit(int Code, int? Signal)
{
    public string Message => Signal is { } signal ? $"Command terminated with signal {SignalName(signal)}" : $"Command exited with status {Code}";

    private static string SignalName(int signal) => signal switch
    {
        1 => "Hangup",
        2 => "Interrupt",
        6 => "Aborted",
        9 => "Killed",
        11 => "Segmentation fault",
        15 => "Terminated",
        _ => signal.ToString(System.Globalization.CultureInfo.InvariantCulture),
    };
}

/// <summary>A task that has been started.</summary>
internal interface IRunningTask
{
    /// <summary>Completes when the task's process has ended and nothing of it is left.</summary>
    Task<TaskExit> Exited { get; }

    /// <summary>Asks the task to end, and ends it when it has not done so after <paramref name="grace"/>.</summary>
    void Terminate(TimeSpan grace);

    /// <summary>Runs a shell command in the task's surroundings; the answer is its exit code.</summary>
    Task<int> RunCommandAsync(string command, CancellationToken cancellationToken);

    /// <summary>A socket in the network that the task sees.</summary>
    Socket CreateSocket();
}

/// <summary>Starts tasks.</summary>
internal interface ITaskRunner
{
    /// <summary>Null when tasks can have networks of their own; otherwise the reason why not and what to do instead.</summary>
    string? IsolationUnavailable { get; }

    Task<IRunningTask> StartAsync(TaskLaunch launch);
}
