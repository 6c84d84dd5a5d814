using BlueGreen.Engine.Deployment.Acting;
using BlueGreen.Engine.Deployment.Deciding;
using BlueGreen.Engine.Deployment.Observing;

namespace BlueGreen.Engine.Deployment.Journaling;

/// <summary>One line of a journal. The name of its type is its kind there.</summary>
/// <param name="At">When it was so, by the clock of the run.</param>
internal abstract record JournalEntry(DateTimeOffset At)
{
    /// <summary>The first line.</summary>
    /// <param name="At">When the deployment began.</param>
    /// <param name="Format">The version of the format.</param>
    /// <param name="Module">The version of the module.</param>
    /// <param name="Host">The driver's host.</param>
    /// <param name="User">The driver's user.</param>
    /// <param name="Process">The driver's process id.</param>
    /// <param name="Group">The deployment group.</param>
    /// <param name="Does">What it does, in words that go behind a name.</param>
    public sealed record Header(DateTimeOffset At, int Format, string Module, string Host, string User, int Process, string Group, string Does) : JournalEntry(At);

    /// <summary>The new colour was created.</summary>
    public sealed record Created(DateTimeOffset At, string AppId, int Instances) : JournalEntry(At);

    /// <summary>A run begins; a deployment that goes back by itself has two.</summary>
    public sealed record Run(DateTimeOffset At, Roles Roles, Goal Goal, RolloutPolicy Policy) : JournalEntry(At);

    /// <summary>What had been seen before the run began.</summary>
    public sealed record Before(DateTimeOffset At, Observation Seen) : JournalEntry(At);

    /// <summary>A look that showed something new, or the last one before that.</summary>
    /// <param name="At">When.</param>
    /// <param name="Seen">What was seen.</param>
    public sealed record Look(DateTimeOffset At, Observation Seen) : JournalEntry(At);

    /// <summary>A look that showed what the last one did, at another time.</summary>
    public sealed record Again(DateTimeOffset At, DateTimeOffset MarathonAt, ImmutableArray<DateTimeOffset> ReadAt) : JournalEntry(At)
    {
        public static Again Of(Observation seen) => new(seen.At, seen.MarathonAt, [.. seen.LoadBalancers.Select(r => r.At)]);

        public Observation Apply(Observation last) => last with
        {
            At = At,
            MarathonAt = MarathonAt,
            LoadBalancers = [.. last.LoadBalancers.Zip(ReadAt, (reading, at) => reading with { At = at })],
        };
    }

    /// <summary>Another decision than the last one.</summary>
    public sealed record Decided(DateTimeOffset At, Decision Decision) : JournalEntry(At);

    /// <summary>An act could not be done, and what that was taken for.</summary>
    public sealed record Waited(DateTimeOffset At, string Why, Decision Decision) : JournalEntry(At);

    /// <summary>The user was asked.</summary>
    public sealed record Asked(DateTimeOffset At, Decision Act, bool Yes) : JournalEntry(At);

    /// <summary>The gate was asked, with so many instances of the new colour.</summary>
    /// <param name="At">When it answered.</param>
    /// <param name="AppId">The new colour.</param>
    /// <param name="Instances">How many instances it has.</param>
    /// <param name="Refusal">Why it does not want to go on; null when it does.</param>
    public sealed record Gated(DateTimeOffset At, string AppId, int Instances, string? Refusal) : JournalEntry(At);

    /// <summary>An act is about to be asked of Marathon.</summary>
    /// <param name="At">When.</param>
    /// <param name="Act">The act.</param>
    /// <param name="Proofs">For tasks that it kills, the evidence on each load balancer.</param>
    public sealed record Acting(DateTimeOffset At, Decision Act, ImmutableArray<DrainProof> Proofs) : JournalEntry(At);

    /// <summary>What came of it.</summary>
    public sealed record Acted(DateTimeOffset At, ActOutcome Outcome) : JournalEntry(At);

    /// <summary>The deployment's end, with its result.</summary>
    public sealed record Ended(DateTimeOffset At, BlueGreenDeployment Deployment) : JournalEntry(At);

    /// <summary>An end without a result: an error, or the user stopped it.</summary>
    public sealed record Broken(DateTimeOffset At, string Why) : JournalEntry(At);
}
