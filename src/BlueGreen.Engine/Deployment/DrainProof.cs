namespace BlueGreen.Engine.Deployment;

/// <summary>By what it is known that a task has nothing pending on a load balancer. Several kinds may add up.</summary>
[Flags]
public enum DrainEvidence
{
    /// <summary>Nothing is known yet.</summary>
    None = 0,

    /// <summary>The load balancer never had the task in its pool while it was watched.</summary>
    NeverInPool = 1,

    /// <summary>
    /// The serving process has no session on it, and every HAProxy process that was alive when the task was first seen out of the
    /// pool, and could have sessions on it, has ended; but for those of which another kind of evidence told.
    /// </summary>
    ProcessSet = 2,

    /// <summary>HAProxy's master told of a process that lives on that it has no session on the task.</summary>
    MasterSocket = 4,

    /// <summary>The same, told by the process itself, on a connection with its admin socket from the time when it served.</summary>
    AdminSocket = 8,

    /// <summary>The task's own gauge of pending operations was 0 again and again, after every load balancer had the task out of its pool.</summary>
    PendingOperations = 16,
}

/// <summary>What was pending on a task at one moment, on one load balancer.</summary>
/// <param name="At">When.</param>
/// <param name="Serving">Sessions and queued requests in the serving process.</param>
/// <param name="OldProcesses">The same in processes from before a reload that live on; null where no socket tells it.</param>
public sealed record DrainSample(DateTimeOffset At, int Serving, int? OldProcesses)
{
    /// <inheritdoc/>
    public override string ToString() => $"{At:HH:mm:ss.f} {Serving}{(OldProcesses is { } old ? $"+{old}" : "")}";
}

/// <summary>Evidence that one task had nothing pending on one load balancer.</summary>
public sealed record DrainProof
{
    /// <summary>The task.</summary>
    public required string TaskId { get; init; }

    /// <summary>Its app.</summary>
    public required string AppId { get; init; }

    /// <summary>The load balancer instance.</summary>
    public required string LoadBalancer { get; init; }

    /// <summary>The servers that stand for the task there.</summary>
    public required ImmutableArray<string> Servers { get; init; }

    /// <summary>True when nothing is pending.</summary>
    public bool IsDrained { get; init; }

    /// <summary>By what that is known.</summary>
    public DrainEvidence Evidence { get; init; }

    /// <summary>When the task was first seen out of the pool; null while it is in it.</summary>
    public DateTimeOffset? OutOfPoolSince { get; init; }

    /// <summary>Since when nothing has been pending; null while something is or could be.</summary>
    public DateTimeOffset? IdleSince { get; init; }

    /// <summary>When it was last looked at.</summary>
    public DateTimeOffset? CheckedAt { get; init; }

    /// <summary>Sessions that the serving process ever had on it.</summary>
    public long TotalSessions { get; init; }

    /// <summary>What the task's own gauge of pending operations said last; null where it does not count, or said nothing.</summary>
    public double? PendingOperations { get; init; }

    /// <summary>Sessions over time, since it left the pool: one entry for each change.</summary>
    public ImmutableArray<DrainSample> Sessions { get; init; } = [];

    /// <summary>Processes that may still hold sessions on it.</summary>
    public ImmutableArray<int> WaitingForProcesses { get; init; } = [];

    /// <summary>What it waits for, in words; null when drained.</summary>
    public string? WaitsFor { get; init; }

    /// <summary>From out of the pool to idle; null while not drained.</summary>
    public TimeSpan? DrainTime => IdleSince - OutOfPoolSince;
}
