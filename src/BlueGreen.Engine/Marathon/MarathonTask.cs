namespace BlueGreen.Engine.Marathon;

/// <summary>What Marathon's health checks say of a task.</summary>
public enum TaskHealth
{
    /// <summary>No result yet, or the app has no health check: neither healthy nor unhealthy.</summary>
    Unknown,

    /// <summary>At least one result, and every one alive.</summary>
    Healthy,

    /// <summary>At least one result that is not alive.</summary>
    Unhealthy,
}

/// <summary>One task of an app, as Marathon last told.</summary>
public sealed record MarathonTask
{
    /// <summary>Marathon's id of the task.</summary>
    public required string Id { get; init; }

    /// <summary>The app it belongs to.</summary>
    public required string AppId { get; init; }

    /// <summary>The agent's host name or address.</summary>
    public required string Host { get; init; }

    /// <summary>Mesos's word, such as <c>TASK_RUNNING</c>.</summary>
    public required string State { get; init; }

    /// <summary>The task's own addresses; with host networking usually the agent's.</summary>
    public ImmutableArray<string> IpAddresses { get; init; } = [];

    /// <summary>Host ports, in the order of the app's ports.</summary>
    public ImmutableArray<int> Ports { get; init; } = [];

    /// <summary>What the health checks say.</summary>
    public TaskHealth Health { get; init; }

    /// <summary>True when any one health check's last result is alive: what marathon-lb counts as healthy.</summary>
    public bool AnyCheckAlive { get; init; }

    /// <summary>When the task was sent to an agent.</summary>
    public DateTimeOffset? StagedAt { get; init; }

    /// <summary>When the task started to run.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>The app version that the task runs.</summary>
    public string? Version { get; init; }

    /// <summary>True for <c>TASK_RUNNING</c>.</summary>
    public bool IsRunning => State == "TASK_RUNNING";

    /// <inheritdoc/>
    public override string ToString() => Id;
}
