using BlueGreen.Engine.Marathon;

namespace BlueGreen.Engine.Deployment;

/// <summary>The errors about a gauge of pending operations.</summary>
public static class GaugeErrors
{
    /// <summary>A gauge that cannot be read, on this task and now.</summary>
    public static BlueGreenException Unreadable(MarathonTask task, string why, Exception? cause = null) => new(
        ErrorKind.Unavailable, "PendingOperationsUnreadable", $"The pending operations of {task.Id} cannot be read: {why}.",
        "Check -PendingOperations against a task that runs: unless it yields a number there, nothing can be concluded from it.", task.Id, cause);

    /// <summary>A value that is no gauge.</summary>
    public static BlueGreenException Invalid(object? value, string why) => new(
        ErrorKind.InvalidArgument, "InvalidPendingOperations", $"-PendingOperations '{value}' cannot be used: {why}.",
        "Give a path and a JSON pointer such as '/metrics#/pendingOperations', or a script block that is given the task and yields a number.");
}
