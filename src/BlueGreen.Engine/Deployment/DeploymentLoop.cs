using BlueGreen.Engine.Deployment.Acting;
using BlueGreen.Engine.Deployment.Deciding;
using BlueGreen.Engine.Deployment.Judging;
using BlueGreen.Engine.Deployment.Observing;

namespace BlueGreen.Engine.Deployment;

/// <summary>Where a run has got to when it ends.</summary>
/// <param name="Decision">What ended it: done, hold, or an act that the user did not want.</param>
/// <param name="Rounds">How many times the new app was scaled.</param>
/// <param name="LowestServing">The least number of serving tasks seen on any load balancer.</param>
/// <param name="Proofs">The evidence for each task that was killed.</param>
internal sealed record LoopOutcome(Decision Decision, int Rounds, int? LowestServing, ImmutableArray<DrainProof> Proofs);

/// <summary>Observe, judge, decide, act, until a decision says that it is over.</summary>
internal sealed class DeploymentLoop(Cluster cluster, GroupObserver observer, Roles roles, RolloutPolicy policy, Goal goal)
{
    /// <summary>How long what Marathon tells of an act is waited for.</summary>
    private static readonly TimeSpan Outcome = TimeSpan.FromSeconds(2);

    private readonly ProgressNarrator _narrator = new(cluster, roles, goal);
    private readonly PreKillGate _preKill = new(cluster.PreKill);
    private readonly StepGate _stepGate = new(cluster.Gate);
    private DrainLedger _ledger = DrainLedger.Empty;
    private Patience _patience = Patience.Fresh;
    private Expectation _expected = Expectation.Nothing;
    private ImmutableSortedDictionary<string, ImmutableArray<DrainProof>> _proofs =
        ImmutableSortedDictionary.Create<string, ImmutableArray<DrainProof>>(StringComparer.Ordinal);
    private Decision? _approved;
    private Decision? _carriedOut;
    private int? _lowestServing;
    private int _rounds;

    public async Task<LoopOutcome> RunAsync(CancellationToken cancellationToken)
    {
        await using var lookout = new Lookout(cluster, observer, cancellationToken);
        var situation = Judge(await lookout.LookAsync(cancellationToken).ConfigureAwait(false));
        while (true)
        {
            var decision = Decide(situation);
            _narrator.Tell(situation, decision);
            if (decision is Decision.Done or Decision.Hold) return End(situation, decision);
            if (_stepGate.IsDue(decision, situation))
            {
                if (await _stepGate.RefusalAsync(situation, cancellationToken).ConfigureAwait(false) is { } stop) return End(situation, stop);
                // The time that it took is not the cluster's, and much may have happened in it.
                _patience = Patience.Fresh;
                situation = Judge(await lookout.LookAgainAsync(situation.Seen, cancellationToken).ConfigureAwait(false));
                continue;
            }

            if (decision is not Decision.Wait && _carriedOut is { } last && Act.IsSame(decision, last))
            {
                // Marathon took it up, but does not show it: asking again and again would not help.
                if (Wait(situation, $"Marathon has taken up, but does not show: {Act.Describe(decision).Action}") is Decision.Hold hold) return End(situation, hold);
            }
            else if (decision is not Decision.Wait)
            {
                if (await _preKill.RefusalAsync(decision, situation, cancellationToken).ConfigureAwait(false) is { } refusal) return End(situation, refusal);
                if (!await ApproveAsync(decision, cancellationToken).ConfigureAwait(false)) return End(situation, decision);
                switch (await ActAsync(decision, situation, lookout, cancellationToken).ConfigureAwait(false))
                {
                    case ActOutcome.Acted:
                        situation = await LookAtOutcomeAsync(situation, lookout, cancellationToken).ConfigureAwait(false);
                        continue;
                    case ActOutcome.Ended ended:
                        return End(situation, ended.Hold);
                    case ActOutcome.NotNow notNow when Wait(situation, notNow.Why) is Decision.Hold tooLong:
                        return End(situation, tooLong);
                }
            }

            situation = Judge(await lookout.LookLaterAsync(situation.Seen, null, cancellationToken).ConfigureAwait(false));
        }
    }

    private Situation Judge(Observation seen)
    {
        _ledger = cluster.Rules.Learn(_ledger, seen);
        _expected = _expected.Next(seen);
        var situation = new Situation(roles, seen, _ledger, policy, goal) { Expected = _expected };
        // Only while both colours are there is a low number this deployment's doing.
        if (situation.LowestServing() is { } serving && situation.Leaving is not null)
        {
            _narrator.TellServing(situation, serving, before: _lowestServing ?? serving);
            _lowestServing = Math.Min(serving, _lowestServing ?? int.MaxValue);
        }

        return situation;
    }

    private Decision Decide(Situation situation) => BePatient(situation, cluster.Rules.Decide(situation));

    /// <summary>An act that cannot be done now is one more thing to wait for, and not for ever.</summary>
    private Decision Wait(Situation situation, string why)
    {
        var decision = BePatient(situation, new Decision.Wait(WaitKind.Marathon, why));
        _narrator.Tell(situation, decision);
        return decision;
    }

    private Decision BePatient(Situation situation, Decision decision)
    {
        _patience = _patience.Next(decision, situation.Seen.At);
        return cluster.Rules.LosePatience(_patience, decision, policy, situation.Seen.At);
    }

    /// <summary>Asks once for each act, however often it has to be tried.</summary>
    private async Task<bool> ApproveAsync(Decision decision, CancellationToken cancellationToken)
    {
        if (decision.Equals(_approved)) return true;
        if (!await cluster.Approval.ApproveAsync(Act.Describe(decision), cancellationToken).ConfigureAwait(false)) return false;
        _approved = decision;
        // The time that the user took is not the cluster's.
        _patience = Patience.Fresh;
        return true;
    }

    private async Task<ActOutcome> ActAsync(Decision decision, Situation situation, Lookout lookout, CancellationToken cancellationToken)
    {
        if (Act.TasksToKill(decision) is { } ids)
        {
            // The last look: whatever took time since the decision, a question to the user for one, may have changed everything.
            situation = Judge(await lookout.LookAgainAsync(situation.Seen, cancellationToken).ConfigureAwait(false));
            var again = Decide(situation);
            if (!again.Equals(decision)) return new ActOutcome.NotNow(again.Reason);
            var tasks = situation.Seen.Apps.SelectMany(app => app.Tasks).Where(task => ids.Contains(task.Id)).ToList();
            if (cluster.Rules.RefuseKill(situation, tasks, Act.CutsSessions(again), cluster.Time.GetUtcNow()) is { } refusal) return new ActOutcome.NotNow(refusal);
            // Noted before the act: should its answer get lost, the tasks may be gone all the same.
            _proofs = _proofs.SetItems(tasks.Select(task => new KeyValuePair<string, ImmutableArray<DrainProof>>(task.Id, DrainProofs.Of(task, situation.Seen, _ledger))));
        }

        _expected = _expected.Before(decision);
        var outcome = await Act.TryAsync(cluster, decision, cancellationToken).ConfigureAwait(false);
        if (outcome is not ActOutcome.Acted acted) return outcome;
        _expected = _expected.After(decision, acted.Deployments, acted.FollowedUp);
        _patience = Patience.Fresh;
        _carriedOut = decision;
        if (decision is Decision.Scale or Decision.Kill { Then: Decision.Scale }) _rounds++;
        return outcome;
    }

    /// <summary>
    /// Marathon is read when it tells of what the act made, and soon all the same. Until then nothing is decided, since what was read
    /// before is no longer true; the load balancers are watched all the time.
    /// </summary>
    private async Task<Situation> LookAtOutcomeAsync(Situation situation, Lookout lookout, CancellationToken cancellationToken)
    {
        var actedAt = cluster.Time.GetUtcNow();
        do situation = Judge(await lookout.LookLaterAsync(situation.Seen, actedAt + Outcome, cancellationToken).ConfigureAwait(false));
        while (situation.Seen.MarathonAt < actedAt);
        return situation;
    }

    private LoopOutcome End(Situation situation, Decision decision)
    {
        var alive = situation.Seen.Apps.SelectMany(app => app.Tasks).Where(task => task.State != "TASK_KILLING").Select(task => task.Id).ToImmutableHashSet();
        return new LoopOutcome(decision, _rounds, _lowestServing, [.. _proofs.Where(p => !alive.Contains(p.Key)).SelectMany(p => p.Value)]);
    }
}
