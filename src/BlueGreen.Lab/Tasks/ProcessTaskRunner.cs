using System.Collections.Concurrent;

namespace BlueGreen.Lab.Tasks;

/// <summary>Runs tasks as processes of this machine, each in a session and a sandbox folder of its own.</summary>
/// <param name="sandboxRoot">Holds one folder per task, named by its id.</param>
/// <param name="environment">Variables that every task gets besides those of its app.</param>
internal sealed class ProcessTaskRunner(
    string sandboxRoot, IReadOnlyDictionary<string, string> environment, TimeProvider time, ILoggerFactory loggers) : ITaskRunner, IAsyncDisposable
{
    private readonly ConcurrentDictionary<ProcessTask, byte> _running = new();
    private readonly ILogger<ProcessTask> _logger = loggers.CreateLogger<ProcessTask>();
    private volatile bool _disposed;

    public string? IsolationUnavailable { get; } = NetworkNamespace.Unavailable is { } reason
        ? $"The lab cannot run an app with a network of its own here: {reason}. " +
          "Use host networking: \"networks\": [{\"mode\": \"host\"}] and a command that listens on $PORT0."
        : null;

    public async Task<IRunningTask> StartAsync(TaskLaunch launch)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        // A process takes some milliseconds to start; the cluster's loop must not wait for it.
        var task = await Task.Run(() => ProcessTask.Start(launch, Path.Combine(sandboxRoot, launch.TaskId), environment, time, _logger));
        _running[task] = 0;
        _ = task.Exited.ContinueWith(_ => _running.TryRemove(task, out byte _), TaskScheduler.Default);
        if (_disposed) task.Kill();
        return task;
    }

    /// <summary>Ends all tasks at once and waits until they are gone.</summary>
    public async ValueTask DisposeAsync()
    {
        _disposed = true;
        var tasks = _running.Keys.ToList();
        foreach (var task in tasks) task.Kill();
        await Task.WhenAll(tasks.Select(t => t.Exited));
    }
}
