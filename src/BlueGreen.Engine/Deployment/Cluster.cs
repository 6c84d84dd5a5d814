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

    /// <summary>What a run goes by.</summary>
    public Rules Rules { get; init; } = Rules.Default;

    public static Cluster Real(
        IMarathon marathon, ILoadBalancerPool loadBalancers, TimeProvider time, IEngineSink sink, IApproval approval, IPreKillHook? preKill) =>
        new(marathon, loadBalancers, time, sink, approval, token => new MarathonWakeUp(marathon, time, sink, token)) { PreKill = preKill };

    public void Say(MessageLevel level, string text) => Sink.Publish(new EngineMessage(Time.GetUtcNow(), level, text));
}
