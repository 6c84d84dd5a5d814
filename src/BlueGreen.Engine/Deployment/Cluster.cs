using BlueGreen.Engine.Deployment.Journaling;
using BlueGreen.Engine.Deployment.Locking;
using BlueGreen.Engine.Haproxy;
using BlueGreen.Engine.Marathon;
using BlueGreen.Engine.Waiting;

namespace BlueGreen.Engine.Deployment;

/// <summary>
/// Everything outside that the engine touches. Real in production, simulated as a whole in tests, where waiting moves a virtual
/// clock: the same code runs in both.
/// </summary>
internal sealed record Cluster(
    IMarathon Marathon, ILoadBalancerPool LoadBalancers, TimeProvider Time, IEngineSink Sink, IApproval Approval, Func<CancellationToken, IWakeUp> WakeUp)
{
    /// <summary>The clock, which nobody can set while it is in use.</summary>
    public TimeProvider Time { get; } = SteadyClock.Of(Time);

    /// <summary>Asked before tasks are killed; null for nobody.</summary>
    public IPreKillHook? PreKill { get; init; }

    /// <summary>Asked after each step; null for nobody.</summary>
    public IStepGate? Gate { get; init; }

    /// <summary>The service's own gauge of pending operations; null where none is to be asked.</summary>
    public IPendingOperations? PendingOperations { get; init; }

    /// <summary>Has HAProxy's sockets read along with the load balancers, until the result is disposed; null where there are none.</summary>
    public Func<IDisposable>? WatchSockets { get; init; }

    /// <summary>Changes servers by HAProxy's sockets; null where there are none.</summary>
    public IServerMender? Mender { get; init; }

    /// <summary>Keeps other drivers from the group; null where there are none.</summary>
    public IDriverLock? Lock { get; init; }

    /// <summary>The right to change the group, while a run holds it.</summary>
    public IDriverHold? Hold { get; init; }

    /// <summary>Takes what is seen, decided and done; null for nobody.</summary>
    public IJournal? Journal { get; init; }

    /// <summary>The folder in which each deployment leaves its journal; null for none.</summary>
    public string? JournalFolder { get; init; }

    /// <summary>How many journals to keep in that folder; 0 for all.</summary>
    public int JournalsToKeep { get; init; } = Journaling.JournalFolder.DefaultKeep;

    /// <summary>What a run goes by.</summary>
    public Rules Rules { get; init; } = Rules.Default;

    public static Cluster Real(
        IMarathon marathon, ILoadBalancerPool loadBalancers, TimeProvider time, IEngineSink sink, IApproval approval, IPreKillHook? preKill) =>
        new Cluster(marathon, loadBalancers, time, sink, approval, token => new MarathonWakeUp(marathon, time, sink, token)) { PreKill = preKill }.Locking();

    /// <summary>With the lock that lies in the cluster's Marathon.</summary>
    public Cluster Locking() => this with { Lock = new MarathonDriverLock(this) };

    /// <summary>False when nobody hears what is said, so that it need not be put into words.</summary>
    public bool IsHeard => Sink is not SilentSink;

    public void Say(MessageLevel level, string text) => Sink.Publish(new EngineMessage(Time.GetUtcNow(), level, text));
}
