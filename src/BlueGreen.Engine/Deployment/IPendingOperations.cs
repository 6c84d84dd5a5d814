using BlueGreen.Engine.Marathon;

namespace BlueGreen.Engine.Deployment;

/// <summary>
/// A service's own gauge of pending operations: what it has in hand whether or not a load balancer knows of it, such as messages of a queue.
/// </summary>
public interface IPendingOperations
{
    /// <summary>How many operations a task has pending now. Called from any thread, for several tasks at once.</summary>
    /// <exception cref="BlueGreenException">The gauge cannot be read: unknown, which is not none.</exception>
    Task<double> CountAsync(MarathonApp app, MarathonTask task, CancellationToken cancellationToken);
}
