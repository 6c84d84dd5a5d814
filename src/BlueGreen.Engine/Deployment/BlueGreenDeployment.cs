namespace BlueGreen.Engine.Deployment;

/// <summary>How a deployment ended.</summary>
public enum DeploymentResult
{
    /// <summary>The new colour serves alone.</summary>
    Completed,

    /// <summary>A first deployment: there was nothing to replace.</summary>
    Created,

    /// <summary>Both colours serve, in the numbers that were asked for.</summary>
    Hybrid,

    /// <summary>The previous colour serves alone again.</summary>
    Undone,

    /// <summary>Stopped with everything still served, since going on would not have been safe or did not get ready in time.</summary>
    Held,

    /// <summary>The user answered no, or cancelled.</summary>
    Stopped,

    /// <summary>The new colour serves alone, and the old one waits with its tasks out of every pool.</summary>
    Switched,
}

/// <summary>What a deployment did, and what is known of it.</summary>
public sealed record BlueGreenDeployment
{
    /// <summary>The deployment group.</summary>
    public required string Group { get; init; }

    /// <summary>The app that was replaced; null on a first deployment.</summary>
    public string? OldApp { get; init; }

    /// <summary>The app that serves now, or was to.</summary>
    public required string NewApp { get; init; }

    /// <summary>The new app's colour.</summary>
    public required string Colour { get; init; }

    /// <summary>How it ended.</summary>
    public required DeploymentResult Result { get; init; }

    /// <summary>Why it ended so, in words.</summary>
    public required string Reason { get; init; }

    /// <summary>What the user can do next; null when there is nothing to do.</summary>
    public string? Remedy { get; init; }

    /// <summary>A stable id of the reason when held, such as <c>HealthTimeout</c>; null otherwise.</summary>
    public string? ReasonId { get; init; }

    /// <summary>The change that Marathon refused, when it is held for that; null otherwise.</summary>
    public ActKind? FailedAct { get; init; }

    /// <summary>How many times the number of instances was raised, a creation among them.</summary>
    public int Rounds { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>How long it took.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>
    /// The smallest number of tasks of the group that were seen serving on any one load balancer; null when none was seen in time.
    /// </summary>
    public int? LowestServing { get; init; }

    /// <summary>How many instances the service has when no deployment runs.</summary>
    public int Target { get; init; }

    /// <summary>For each task that was killed, on each load balancer, the evidence that nothing was pending on it.</summary>
    public ImmutableArray<DrainProof> DrainProofs { get; init; } = [];

    /// <summary>The journal of the deployment; null when none was written.</summary>
    public string? JournalFile { get; init; }

    /// <summary>Tasks that were killed.</summary>
    public int TasksKilled => DrainProofs.Select(p => p.TaskId).Distinct().Count();

    /// <summary>Tasks that were killed without such evidence on every load balancer.</summary>
    public ImmutableArray<string> TasksKilledUnproven =>
        [.. DrainProofs.Where(p => !p.IsDrained).Select(p => p.TaskId).Distinct()];
}
