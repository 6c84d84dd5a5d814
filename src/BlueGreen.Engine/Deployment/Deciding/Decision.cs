using BlueGreen.Engine.Haproxy;

namespace BlueGreen.Engine.Deployment.Deciding;

/// <summary>What a wait is for; each has its own patience.</summary>
internal enum WaitKind
{
    /// <summary>Marathon is to answer again, or to let go of an app.</summary>
    Marathon,

    /// <summary>Marathon is to show what the last act has made.</summary>
    Outcome,

    /// <summary>Wanted tasks are to be started and to become healthy.</summary>
    Health,

    /// <summary>The load balancers are to show what Marathon says.</summary>
    Convergence,

    /// <summary>Pending work on tasks that left the pool is to end.</summary>
    Drain,
}

/// <summary>A number of instances that an app is to get.</summary>
internal sealed record Resize(string AppId, int From, int To)
{
    public override string ToString() => $"{AppId} from {From} to {To}";
}

/// <summary>What is to be done now. Each says why, in words for a person.</summary>
internal abstract record Decision(string Reason)
{
    /// <summary>True for an act that scales an app, by itself or right behind a kill: a round, as users count them.</summary>
    public bool IsRound => this is Scale or Kill { Then: Scale };

    /// <summary>Nothing yet.</summary>
    /// <param name="Kind">What is waited for.</param>
    /// <param name="Reason">The same in words.</param>
    /// <param name="Otherwise">What is done when it takes too long and the user chose to go on then; null when nothing can be.</param>
    public sealed record Wait(WaitKind Kind, string Reason, Decision? Otherwise = null) : Decision(Reason);

    /// <summary>Change the number of instances of an app.</summary>
    public sealed record Scale(Resize Size, string Reason) : Decision(Reason);

    /// <summary>
    /// Raise an app without scaling it later than the other one, so that marathon-lb does not turn their roles round: both are scaled
    /// by one act of Marathon's, and the other is put back at once, before its additional task serves.
    /// </summary>
    public sealed record GrowBeside(Resize Size, string OtherId, int OtherInstances, string Reason) : Decision(Reason);

    /// <summary>
    /// Make marathon-lb take an app for the newer one without changing it: scaled up by one and back before the new task serves.
    /// </summary>
    /// <param name="AppId">The app.</param>
    /// <param name="Instances">How many instances it has.</param>
    /// <param name="Reason">Why.</param>
    /// <param name="TakesOver">True when a deployment of Marathon's that is stuck on the app is to be replaced.</param>
    public sealed record Touch(string AppId, int Instances, string Reason, bool TakesOver = false) : Decision(Reason);

    /// <summary>Kill these tasks of an app, and want as many fewer.</summary>
    /// <param name="AppId">The app.</param>
    /// <param name="TaskIds">The tasks.</param>
    /// <param name="Reason">Why.</param>
    /// <param name="CutsSessions">True when the user chose to kill although work may be pending.</param>
    /// <param name="Then">
    /// What follows at once, before marathon-lb has read Marathon again: killing is a scaling too, and would turn the roles.
    /// </param>
    public sealed record Kill(
        string AppId, ImmutableSortedSet<string> TaskIds, string Reason, bool CutsSessions = false, Decision? Then = null) : Decision(Reason)
    {
        /// <summary>The app is held by a deployment of Marathon's that waits for another app's tasks, which may never get healthy.</summary>
        public bool Force { get; init; }

        public bool Equals(Kill? other) =>
            other is not null && AppId == other.AppId && TaskIds.SetEquals(other.TaskIds) && Equals(Then, other.Then);

        public override int GetHashCode() => AppId.GetHashCode();
    }

    /// <summary>
    /// Kill these tasks, for Marathon to start others in their place: they get no requests although Marathon calls them healthy, and
    /// nothing over HTTP can change that. The number of instances stays, so that no roles turn.
    /// </summary>
    public sealed record Renew(string AppId, ImmutableSortedSet<string> TaskIds, string Reason, bool CutsSessions = false) : Decision(Reason)
    {
        public bool Equals(Renew? other) => other is not null && AppId == other.AppId && TaskIds.SetEquals(other.TaskIds);

        public override int GetHashCode() => AppId.GetHashCode();
    }

    /// <summary>Have servers of an app serve again, by HAProxy's admin sockets. Marathon is told nothing, and a reload may undo it.</summary>
    public abstract record BringUp(string AppId, ImmutableSortedSet<IdleServer> Servers, string Reason) : Decision(Reason)
    {
        public virtual bool Equals(BringUp? other) => other is not null && EqualityContract == other.EqualityContract && AppId == other.AppId && Servers.SetEquals(other.Servers);

        public override int GetHashCode() => AppId.GetHashCode();
    }

    /// <summary>Those that stay down.</summary>
    public sealed record Mend(string AppId, ImmutableSortedSet<IdleServer> Servers, string Reason) : BringUp(AppId, Servers, Reason);

    /// <summary>Those that were taken out of the pool, before marathon-lb takes them in again: then they serve from its first moment on.</summary>
    public sealed record Recall(string AppId, ImmutableSortedSet<IdleServer> Servers, string Reason) : BringUp(AppId, Servers, Reason);

    /// <summary>Remove an app with all its tasks.</summary>
    public sealed record Delete(string AppId, ImmutableSortedSet<string> TaskIds, string Reason, bool CutsSessions = false) : Decision(Reason)
    {
        public bool Equals(Delete? other) => other is not null && AppId == other.AppId && TaskIds.SetEquals(other.TaskIds);

        public override int GetHashCode() => AppId.GetHashCode();
    }

    /// <summary>Stop, with everything served as it is: going on would not be safe, or takes too long.</summary>
    public sealed record Hold(string ReasonId, string Reason, string Remedy) : Decision(Reason)
    {
        /// <summary>The act that Marathon refused; null when none was.</summary>
        public ActKind? FailedAct { get; init; }
    }

    /// <summary>The end is reached.</summary>
    public sealed record Done(string Reason) : Decision(Reason);
}
