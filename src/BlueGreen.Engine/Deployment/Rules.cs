using BlueGreen.Engine.Deployment.Acting;
using BlueGreen.Engine.Deployment.Deciding;
using BlueGreen.Engine.Deployment.Judging;
using BlueGreen.Engine.Deployment.Observing;
using BlueGreen.Engine.Marathon;

namespace BlueGreen.Engine.Deployment;

/// <summary>Why tasks must not be killed now; null when they may.</summary>
internal delegate string? KillRefusal(Situation situation, IEnumerable<MarathonTask> tasks, bool mayCutSessions, DateTimeOffset at);

/// <summary>
/// The pure functions that a run goes by: what an observation teaches, what comes next, and what must not be killed. Values of their own,
/// so that tests can show that each wrong one is found out.
/// </summary>
internal sealed record Rules
{
    /// <summary>Those of production.</summary>
    public static Rules Default { get; } = new();

    public Func<DrainLedger, Observation, DrainLedger> Learn { get; init; } = (ledger, seen) => ledger.Next(seen);

    public Func<Situation, Decision> Decide { get; init; } = Decider.Decide;

    public Func<Patience, Decision, RolloutPolicy, DateTimeOffset, Decision> LosePatience { get; init; } =
        (patience, decision, policy, at) => patience.Judge(decision, policy, at);

    public KillRefusal RefuseKill { get; init; } = KillGate.Refusal;
}
