namespace BlueGreen.Engine.Deployment.Deciding;

/// <summary>What a wait is for; each has its own patience.</summary>
internal enum WaitKind
{
    /// <summary>Marathon is to answer again.</summary>
    Marathon,

    /// <summary>Tasks of the new colour are to be started and to become healthy.</summary>
    Health,

    /// <summary>The load balancers are to show what Marathon says.</summary>
    Convergence,

    /// <summary>Pending work on tasks that left the pool is to end.</summary>
    Drain,
}

/// <summary>What is to be done now. Each says why, in words for a person.</summary>
internal abstract record Decision(string Reason)
{
    /// <summary>Nothing yet.</summary>
    public sealed record Wait(WaitKind Kind, string Reason) : Decision(Reason);

    /// <summary>Change the number of instances of an app.</summary>
    public sealed record Scale(string AppId, int From, int To, string Reason) : Decision(Reason);

    /// <summary>Remove an app with all its tasks.</summary>
    public sealed record Delete(string AppId, ImmutableSortedSet<string> TaskIds, string Reason) : Decision(Reason)
    {
        public bool Equals(Delete? other) => other is not null && AppId == other.AppId && TaskIds.SetEquals(other.TaskIds);

        public override int GetHashCode() => AppId.GetHashCode();
    }

    /// <summary>Stop, with everything served as it is: going on would not be safe, or takes too long.</summary>
    public sealed record Hold(string ReasonId, string Reason, string Remedy) : Decision(Reason);

    /// <summary>The end is reached.</summary>
    public sealed record Done(string Reason) : Decision(Reason);
}
