using BlueGreen.Engine.Deployment.Acting;
using BlueGreen.Engine.Deployment.Deciding;
using BlueGreen.Engine.Deployment.Journaling;
using BlueGreen.Engine.Deployment.Judging;
using BlueGreen.Engine.Deployment.Observing;

namespace BlueGreen.Engine.Deployment;

/// <summary>Where a run has got to when it ends.</summary>
/// <param name="Decision">What ended it: done, hold, or an act that the user did not want.</param>
/// <param name="Rounds">How many times the new app was scaled.</param>
/// <param name="LowestServing">The least number of serving tasks seen on any load balancer.</param>
/// <param name="Proofs">The evidence for each task that was killed.</param>
/// <param name="Ledger">What the run has learned of the load balancers.</param>
internal sealed record LoopOutcome(Decision Decision, int Rounds, int? LowestServing, ImmutableArray<DrainProof> Proofs, DrainLedger Ledger);

/// <summary>Observe, judge, decide, act, until a decision says that it is over.</summary>
internal sealed class DeploymentLoop(Cluster cluster, GroupObserver observer, Course course)
{
    private readonly ProgressNarrator _narrator = new(cluster, course.Roles, course.Goal);
    private readonly PreKillGate _preKill = new(cluster.PreKill);
    private readonly StepGate _stepGate = new(cluster.Gate);
    private readonly RunRecorder _recorder = new(cluster.Journal);
    private Course _course = course;
    private ImmutableSortedDictionary<string, ImmutableArray<DrainProof>> _proofs =
        ImmutableSortedDictionary.Create<string, ImmutableArray<DrainProof>>(StringComparer.Ordinal);
    private Decision? _approved;
    private Decision? _carriedOut;
    private int? _lowestServing;
    private int _rounds;

    private Situation Situation => _course.Situation;

    /// <param name="before">What was seen before the run began; null for nothing.</param>
    /// <param name="cancellationToken">Ends it, with everything as it is then.</param>
    public async Task<LoopOutcome> RunAsync(Observation? before, CancellationToken cancellationToken)
    {
        _recorder.Begin(_course, before, cluster.Time.GetUtcNow());
        if (before is not null) _course = _course.Know(before);
        await using var lookout = new Lookout(cluster, observer, cancellationToken);
        See(await lookout.LookAsync(cancellationToken).ConfigureAwait(false));
        while (true)
        {
            var decision = Decide();
            _narrator.Tell(Situation, decision);
            if (decision is Decision.Done or Decision.Hold) return Outcome(decision);
            if (_stepGate.IsDue(decision, Situation))
            {
                var refused = await _stepGate.RefusalAsync(Situation, cancellationToken).ConfigureAwait(false);
                _recorder.Gated(cluster.Time.GetUtcNow(), Situation.Staying!, refused?.Reason);
                if (refused is not null) return Outcome(refused);
                // The time that it took is not the cluster's, and much may have happened in it.
                _course = _course.Rested();
                See(await lookout.LookAgainAsync(Situation.Seen, cancellationToken).ConfigureAwait(false));
                continue;
            }

            // What HAProxy was told, a reload may have undone.
            if (decision is not (Decision.Wait or Decision.BringUp) && _carriedOut is { } last && Act.IsSame(decision, last))
            {
                // Marathon took it up, but does not show it: asking again and again would not help.
                if (Wait($"Marathon has taken up, but does not show: {Act.Describe(decision).Action}") is Decision.Hold hold) return Outcome(hold);
            }
            else if (decision is not Decision.Wait)
            {
                if (await _preKill.RefusalAsync(decision, Situation, cancellationToken).ConfigureAwait(false) is { } refusal) return Outcome(refusal);
                if (!await ApproveAsync(decision, cancellationToken).ConfigureAwait(false)) return Outcome(decision);
                switch (await ActAsync(decision, lookout, cancellationToken).ConfigureAwait(false))
                {
                    case ActOutcome.Ended ended:
                        return Outcome(ended.Hold);
                    case ActOutcome.NotNow notNow when Wait(notNow.Why) is Decision.Hold tooLong:
                        return Outcome(tooLong);
                }
            }

            See(await lookout.LookLaterAsync(Situation.Seen, _course.OutcomeBy, cancellationToken).ConfigureAwait(false));
        }
    }

    private void See(Observation seen)
    {
        _course = _course.See(seen);
        // Only while both colours are there is a low number this deployment's doing.
        if (Situation.Leaving is not null && Situation.LowestServing() is { } serving)
        {
            _narrator.TellServing(Situation, serving, before: _lowestServing ?? serving);
            _lowestServing = Math.Min(serving, _lowestServing ?? int.MaxValue);
        }
    }

    private Decision Decide()
    {
        (_course, var decision) = _course.Decide();
        _recorder.Decided(Situation, decision);
        return decision;
    }

    private Decision Wait(string why)
    {
        (_course, var decision) = _course.Wait(why);
        _recorder.Waited(Situation, why, decision);
        _narrator.Tell(Situation, decision);
        return decision;
    }

    /// <summary>Asks once for each act, however often it has to be tried.</summary>
    private async Task<bool> ApproveAsync(Decision decision, CancellationToken cancellationToken)
    {
        if (decision.Equals(_approved)) return true;
        var yes = await cluster.Approval.ApproveAsync(Act.Describe(decision), cancellationToken).ConfigureAwait(false);
        var at = cluster.Time.GetUtcNow();
        _recorder.Asked(at, decision, yes);
        if (!yes) return false;
        _approved = decision;
        _course = _course.Approved(at);
        return true;
    }

    private async Task<ActOutcome> ActAsync(Decision decision, Lookout lookout, CancellationToken cancellationToken)
    {
        ImmutableArray<DrainProof> proofs = [];
        // All but growth takes tasks away, or turns roles by what was seen.
        if (decision is not Decision.Scale)
        {
            // The last look: whatever took time since the decision, a question to the user for one, may have changed everything.
            // Whether another driver has come is asked at the same time, so that neither answer is old when the other comes.
            var loss = LossAsync(cancellationToken);
            See(await lookout.LookAgainAsync(Situation.Seen, cancellationToken).ConfigureAwait(false));
            var again = Decide();
            if (await loss.ConfigureAwait(false) is { } lost) return lost;
            if (!again.Equals(decision)) return new ActOutcome.NotNow(again.Reason);
            decision = again;
        }
        else if (cluster.Hold is { IsDoubtful: true } && await LossAsync(cancellationToken).ConfigureAwait(false) is { } lost)
        {
            // After a machine's sleep somebody else may be at it, and growth turns the roles.
            return lost;
        }

        if (Act.TasksToKill(decision) is { } ids)
        {
            var tasks = Situation.Seen.Apps.SelectMany(app => app.Tasks).Where(task => ids.Contains(task.Id)).ToList();
            if (cluster.Rules.RefuseKill(Situation, tasks, Act.CutsSessions(decision), cluster.Time.GetUtcNow()) is { } refusal) return new ActOutcome.NotNow(refusal);
            // Noted before the act: should its answer get lost, the tasks may be gone all the same.
            proofs = [.. tasks.SelectMany(task => DrainProofs.Of(task, Situation.Seen, _course.Ledger))];
            _proofs = _proofs.SetItems(proofs.GroupBy(p => p.TaskId).Select(ofTask => new KeyValuePair<string, ImmutableArray<DrainProof>>(ofTask.Key, [.. ofTask])));
        }

        _course = _course.Begin(decision);
        _recorder.Acting(cluster.Time.GetUtcNow(), decision, proofs);
        var outcome = await Act.TryAsync(cluster, decision, cancellationToken).ConfigureAwait(false);
        var actedAt = cluster.Time.GetUtcNow();
        _recorder.Acted(actedAt, outcome);
        if (outcome is not ActOutcome.Acted acted) return outcome;
        _course = _course.End(decision, acted, actedAt);
        _carriedOut = decision;
        if (decision.IsRound) _rounds++;
        return outcome;
    }

    /// <summary>Why this driver must not act, or cannot tell whether it may; null when it may.</summary>
    private async Task<ActOutcome?> LossAsync(CancellationToken cancellationToken)
    {
        if (cluster.Hold is not { } hold) return null;
        try
        {
            return await hold.LossAsync(cancellationToken).ConfigureAwait(false) is { } loss
                ? new ActOutcome.Ended(new Decision.Hold(
                    "DriverReplaced", loss, "Nothing more was changed, and everything is served. See what the other one does, then go on or go back."))
                : null;
        }
        catch (BlueGreenException error) when (error.Kind is ErrorKind.Unavailable or ErrorKind.Timeout or ErrorKind.ProtocolError)
        {
            return new ActOutcome.NotNow($"it cannot be told whether another driver has taken the group: {error.Message}");
        }
    }

    private LoopOutcome Outcome(Decision decision)
    {
        var alive = Situation.Seen.Apps.SelectMany(app => app.Tasks).Where(task => task.State != "TASK_KILLING").Select(task => task.Id).ToImmutableHashSet();
        return new LoopOutcome(decision, _rounds, _lowestServing, [.. _proofs.Where(p => !alive.Contains(p.Key)).SelectMany(p => p.Value)], _course.Ledger);
    }
}
