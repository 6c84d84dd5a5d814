using BlueGreen.Engine.Deployment.Acting;
using BlueGreen.Engine.Deployment.Deciding;
using BlueGreen.Engine.Deployment.Judging;
using BlueGreen.Engine.Deployment.Observing;

namespace BlueGreen.Engine.Deployment;

/// <summary>
/// All that the decisions of a run depend on, folded from what was seen and done so far. Immutable and pure: the same steps always lead to the
/// same decisions, which is what lets a journal be replayed.
/// </summary>
/// <param name="Roles">Which app replaces which.</param>
/// <param name="Policy">What the user asked for.</param>
/// <param name="Goal">Where it is to end.</param>
/// <param name="Rules">What it goes by.</param>
internal sealed record Course(Roles Roles, RolloutPolicy Policy, Goal Goal, Rules Rules)
{
    /// <summary>How long Marathon's telling of an act's outcome is waited for.</summary>
    private static readonly TimeSpan Outcome = TimeSpan.FromSeconds(2);

    /// <summary>What the last look showed; null before the first.</summary>
    public Situation? Last { get; init; }

    /// <summary>Where it stands, by the last look.</summary>
    public Situation Situation => Last ?? throw new InvalidOperationException("Nothing was seen yet.");

    public DrainLedger Ledger { get; init; } = DrainLedger.Empty;

    public Expectation Expected { get; init; } = Expectation.Nothing;

    public Patience Patience { get; init; } = Patience.Fresh;

    /// <summary>What was done so far. A second time it is no progress, so that nothing that comes and goes keeps a run going for ever.</summary>
    private ImmutableHashSet<PlannedAct> Progress { get; init; } = [];

    /// <summary>Attempts to have servers serve again that stay down; those that got no answer count, too.</summary>
    private int Mends { get; init; }

    /// <summary>The last of those attempts that was to kill tasks, whether it was answered or not.</summary>
    private Renewal? Renewal { get; init; }

    /// <summary>When the last act was carried out.</summary>
    private DateTimeOffset? ActedAt { get; init; }

    /// <summary>
    /// Until when Marathon is to be read at the latest, although it tells of nothing: what was read before an act is no longer true.
    /// Null when what was read stands.
    /// </summary>
    public DateTimeOffset? OutcomeBy => Situation.Seen.MarathonAt < ActedAt ? ActedAt + Outcome : null;

    /// <summary>A look was taken before the run began. It tells of the load balancers' processes, and nothing is decided on it.</summary>
    public Course Know(Observation seen) => this with { Ledger = Rules.Learn(Ledger, seen) };

    /// <summary>A look was taken.</summary>
    public Course See(Observation seen)
    {
        var (ledger, expected) = (Rules.Learn(Ledger, seen), Expected.Next(seen));
        return this with
        {
            Ledger = ledger,
            Expected = expected,
            Last = new Situation(Roles, seen, ledger, Policy, Goal) { Expected = expected, Mends = Mends, Renewal = Renewal },
        };
    }

    /// <summary>What comes next.</summary>
    public (Course Next, Decision Decision) Decide() => BePatient(
        OutcomeBy is null ? Rules.Decide(Situation) : new Decision.Wait(WaitKind.Outcome, "Marathon carries it out"));

    /// <summary>An act that cannot be done now is one more thing to wait for, and not for ever.</summary>
    public (Course Next, Decision Decision) Wait(string why) => BePatient(new Decision.Wait(WaitKind.Marathon, why));

    /// <summary>The user said yes. The time that took since the last look is not the cluster's.</summary>
    public Course Approved(DateTimeOffset at) => this with { Patience = Patience.Rest(at - Situation.Seen.At) };

    /// <summary>Somebody judged a step. The time that took is not the cluster's.</summary>
    public Course Rested() => this with { Patience = Patience.Fresh };

    /// <summary>An act is about to be asked for.</summary>
    public Course Begin(Decision act) => this with
    {
        Expected = Expected.Before(act),
        Mends = act is Decision.BringUp or Decision.Renew ? Mends + 1 : Mends,
        Renewal = act is Decision.Renew renew ? new Renewal(renew.AppId, renew.TaskIds, Situation.Seen.At) : Renewal,
    };

    /// <summary>The act was carried out.</summary>
    /// <param name="act">The act.</param>
    /// <param name="outcome">What Marathon answered.</param>
    /// <param name="at">When it did.</param>
    public Course End(Decision act, ActOutcome.Acted outcome, DateTimeOffset at) => Advance(act) with
    {
        // What only HAProxy was told, Marathon does not show.
        ActedAt = act is Decision.BringUp ? ActedAt : at,
        Expected = Expected.After(act, outcome.Deployments, outcome.FollowedUp, at),
    };

    private Course Advance(Decision act)
    {
        var step = Act.Describe(act) with { Reason = string.Join(" ", Act.TasksToKill(act) ?? []) };
        return Progress.Contains(step) ? this : this with { Progress = Progress.Add(step), Patience = Patience.Fresh };
    }

    private (Course, Decision) BePatient(Decision decision)
    {
        var at = Situation.Seen.At;
        var patience = Patience.Next(decision, at);
        return (this with { Patience = patience }, Rules.LosePatience(patience, decision, Policy, at));
    }
}
