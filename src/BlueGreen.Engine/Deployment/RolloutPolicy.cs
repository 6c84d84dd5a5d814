namespace BlueGreen.Engine.Deployment;

/// <summary>What to do when sessions of a task that left the pool do not end in time.</summary>
public enum DrainTimeoutAction
{
    /// <summary>Stop, with everything still served, and say what is waited for.</summary>
    Hold,

    /// <summary>Go on and cut the sessions that are left.</summary>
    Kill,

    /// <summary>Go back to the previous colour.</summary>
    Undo,
}

/// <summary>What to do when the new colour does not get healthy in time, or a gate refuses it.</summary>
public enum FailureAction
{
    /// <summary>Stop, with both colours as they are.</summary>
    Hold,

    /// <summary>Go back to the previous colour.</summary>
    Undo,
}

/// <summary>How a deployment is to go, and how long it may wait.</summary>
public sealed record RolloutPolicy
{
    /// <summary>How many instances the new colour starts with.</summary>
    public int InitialInstances { get; init; } = 1;

    /// <summary>How it grows.</summary>
    public Growth Growth { get; init; } = new Growth.ByHalf();

    /// <summary>How many instances the service has in the end; null keeps the number it has.</summary>
    public int? Instances { get; init; }

    /// <summary>How many new instances a hybrid keeps beside the old ones; 0 for none. Never more than the service has.</summary>
    public int NewInstances { get; init; }

    /// <summary>How long a step may take until all wanted tasks of the new colour are healthy.</summary>
    public TimeSpan HealthTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long the sessions of tasks that left the pool may take to end.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long the load balancers may take to show what Marathon wants.</summary>
    public TimeSpan ConvergeTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>What to do when <see cref="DrainTimeout"/> has passed.</summary>
    public DrainTimeoutAction OnDrainTimeout { get; init; }

    /// <summary>What to do when <see cref="HealthTimeout"/> has passed, or a gate refuses to go on.</summary>
    public FailureAction OnFailure { get; init; }

    /// <summary>Leaves the old colour running, out of every pool, instead of removing it.</summary>
    public bool KeepOld { get; init; }

    /// <summary>True when something is asked after each step: then each is to be served whole, on every load balancer, before the next one.</summary>
    public bool IsGated { get; init; }

    /// <summary>Goes on where the preflight would refuse; the promises about tasks that are killed hold all the same.</summary>
    public bool Force { get; init; }

    /// <summary>
    /// Goes on, with a warning, where Marathon does not take the app that keeps other drivers from the group. Nobody else may deploy the group
    /// meanwhile then.
    /// </summary>
    public bool AllowNoLock { get; init; }
}
