using BlueGreen.Engine.Deployment.Acting;
using BlueGreen.Engine.Deployment.Deciding;
using BlueGreen.Engine.Deployment.Journaling;
using BlueGreen.Engine.Deployment.Judging;
using BlueGreen.Engine.Deployment.Locking;
using BlueGreen.Engine.Deployment.Observing;
using BlueGreen.Engine.Haproxy;
using BlueGreen.Engine.Marathon;

namespace BlueGreen.Engine.Deployment;

/// <summary>Deploys a new colour of a service. The only thing that callers need to know of the engine's inside.</summary>
public sealed class BlueGreenDeployer
{
    private readonly Cluster _cluster;
    private readonly SoleDriver _sole;

    /// <summary>A deployer for one cluster.</summary>
    /// <param name="marathon">The cluster.</param>
    /// <param name="loadBalancers">The load balancers that take the traffic.</param>
    /// <param name="time">The clock.</param>
    /// <param name="sink">Hears what is done and why it waits.</param>
    /// <param name="approval">Asked before each change.</param>
    /// <param name="preKill">Called before tasks are killed; null for nothing.</param>
    /// <param name="journalFolder">Where each deployment leaves its journal; null for none.</param>
    public BlueGreenDeployer(
        IMarathon marathon, ILoadBalancerPool loadBalancers, TimeProvider time, IEngineSink sink, IApproval approval, IPreKillHook? preKill = null,
        string? journalFolder = null)
        : this(Cluster.Real(marathon, loadBalancers, time, sink, approval, preKill) with { JournalFolder = journalFolder })
    {
    }

    internal BlueGreenDeployer(Cluster cluster) => (_cluster, _sole) = (cluster, new SoleDriver(cluster));

    /// <summary>One that asks after each step, but for those of a way back.</summary>
    /// <param name="gate">Asked whether to go on; null for nobody.</param>
    public BlueGreenDeployer WithGate(IStepGate? gate) => new(_cluster with { Gate = gate });

    /// <summary>Says what a deployment would do. Changes nothing.</summary>
    public async Task<ImmutableArray<PlanStep>> PlanAsync(AppDefinition definition, RolloutPolicy policy, CancellationToken cancellationToken)
    {
        var prepared = await Preparation.PrepareAsync(_cluster, definition, policy, cancellationToken).ConfigureAwait(false);
        return RolloutPlan.Of(prepared, policy with { IsGated = _cluster.Gate is not null });
    }

    /// <summary>Deploys, and ends when the new colour serves alone, or holds with everything served.</summary>
    /// <exception cref="BlueGreenException">The definition or the group's state does not allow it; nothing was changed.</exception>
    public async Task<BlueGreenDeployment> DeployAsync(AppDefinition definition, RolloutPolicy policy, CancellationToken cancellationToken)
    {
        // From the beginning: a process that served before the first look can be asked by a master's socket only.
        using var sockets = _cluster.WatchSockets?.Invoke();
        var prepared = await _sole.LookAsync(definition.DeploymentGroup, PrepareAsync, cancellationToken).ConfigureAwait(false);
        var claim = new DriverClaim(prepared.Run.Roles.Group, prepared.Run.Roles.StayingId, $"deploys {prepared.Run.Roles.StayingId}");
        return await _sole.WorkAsync(claim, policy, DeployHoldingAsync, cancellationToken).ConfigureAwait(false);

        // Whoever held the group until now may have changed it.
        async Task<BlueGreenDeployment> DeployHoldingAsync(Cluster cluster) => await DeployAsync(
            cluster, cluster.Hold is null ? prepared : await PrepareAsync(cluster).ConfigureAwait(false), policy, cancellationToken).ConfigureAwait(false);

        async Task<PreparedDeployment> PrepareAsync(Cluster cluster)
        {
            var ready = await Preparation.PrepareAsync(cluster, definition, policy, cancellationToken).ConfigureAwait(false);
            await PendingOperationsReader.TestAsync(cluster, ready.Old, cancellationToken).ConfigureAwait(false);
            return ready;
        }
    }

    /// <summary>Says what <see cref="GoOnAsync"/> would do. Changes nothing.</summary>
    public async Task<ImmutableArray<PlanStep>> PlanAsync(string group, Direction direction, RolloutPolicy policy, CancellationToken cancellationToken)
    {
        using var sockets = _cluster.WatchSockets?.Invoke();
        return RolloutPlan.Of(
            await Continuation.FindAsync(_cluster, group, policy, direction, cancellationToken).ConfigureAwait(false),
            policy with { IsGated = _cluster.Gate is not null && direction != Direction.Back });
    }

    /// <summary>
    /// Takes a deployment that was left half-way, by this module or by zdd.py, to an end, from any machine: on to the new colour, or back
    /// to the previous one, which serves whole before anything of the new one is taken out.
    /// </summary>
    /// <exception cref="BlueGreenException">There is nothing to go on with; nothing was changed.</exception>
    public async Task<BlueGreenDeployment> GoOnAsync(string group, Direction direction, RolloutPolicy policy, CancellationToken cancellationToken)
    {
        using var sockets = _cluster.WatchSockets?.Invoke();
        var startedAt = _cluster.Time.GetUtcNow();
        var found = await _sole.LookAsync(group, FindAsync, cancellationToken).ConfigureAwait(false);
        var claim = new DriverClaim(group, found.Newest.Id, direction == Direction.Back ? $"goes back to {found.Staying.Id}" : $"goes on to {found.Staying.Id}");
        return await _sole.WorkAsync(claim, policy, GoOnHoldingAsync, cancellationToken).ConfigureAwait(false);

        async Task<BlueGreenDeployment> GoOnHoldingAsync(Cluster cluster)
        {
            var halfWay = cluster.Hold is null ? found : await FindAsync(cluster).ConfigureAwait(false);
            return await RunAsync(cluster, halfWay.Run, policy, new DeploymentReport(cluster, halfWay.Run, startedAt), halfWay.Seen, cancellationToken).ConfigureAwait(false);
        }

        async Task<HalfWay> FindAsync(Cluster cluster)
        {
            var halfWay = await Continuation.FindAsync(cluster, group, policy, direction, cancellationToken).ConfigureAwait(false);
            await PendingOperationsReader.TestAsync(cluster, halfWay.Leaving, cancellationToken).ConfigureAwait(false);
            return halfWay;
        }
    }

    /// <summary>Says what <see cref="SwitchAsync"/> would do. Changes nothing.</summary>
    public async Task<ImmutableArray<PlanStep>> PlanSwitchAsync(string group, string? colour, RolloutPolicy policy, CancellationToken cancellationToken)
    {
        var turn = await ChooseAsync(group, colour, cancellationToken).ConfigureAwait(false);
        if (!turn.Renews) return await PlanAsync(group, turn.Direction, policy, cancellationToken).ConfigureAwait(false);
        // The second half cannot be planned by what is there now; what it does is a deployment like any other.
        var back = await PlanAsync(group, Direction.Back, policy with { KeepOld = false }, cancellationToken).ConfigureAwait(false);
        return back.Add(new PlanStep(
            back.Length + 1, turn.To.Id, $"Deploy it anew beside {turn.From.Id}, step by step{(policy.KeepOld ? $", and keep {turn.From.Id}" : "")}",
            "its waiting tasks cannot be brought back into the pools without a moment in which nothing serves"));
    }

    /// <summary>
    /// Has the other colour serve in place of the one that does, which then waits with its tasks out of every pool, or is removed, as
    /// <see cref="RolloutPolicy.KeepOld"/> says. At no moment do fewer tasks than wanted serve.
    /// </summary>
    /// <param name="group">The deployment group.</param>
    /// <param name="colour">The colour that is to serve; null for the one that does not serve, or, where both do, the one that was deployed last.</param>
    /// <param name="policy">How it is to go.</param>
    /// <param name="cancellationToken">Ends it, with everything served.</param>
    /// <exception cref="BlueGreenException">There is nothing to switch to; nothing was changed.</exception>
    public async Task<BlueGreenDeployment> SwitchAsync(string group, string? colour, RolloutPolicy policy, CancellationToken cancellationToken)
    {
        var turn = await ChooseAsync(group, colour, cancellationToken).ConfigureAwait(false);
        if (!turn.Renews) return await GoOnAsync(group, turn.Direction, policy, cancellationToken).ConfigureAwait(false);

        var definition = AppDefinition.FromApp(turn.To);
        var removed = await GoOnAsync(group, Direction.Back, policy with { KeepOld = false }, cancellationToken).ConfigureAwait(false);
        if (removed.Result != DeploymentResult.Undone) return removed;
        var deployed = await DeployAnewAsync(turn, definition, policy with { Instances = policy.Instances ?? turn.To.TargetInstances }, cancellationToken).ConfigureAwait(false);
        return deployed with
        {
            StartedAt = removed.StartedAt,
            Duration = removed.Duration + deployed.Duration,
            LowestServing = new[] { removed.LowestServing, deployed.LowestServing }.Min(),
            DrainProofs = removed.DrainProofs.AddRange(deployed.DrainProofs),
        };
    }

    private async Task<BlueGreenDeployment> DeployAnewAsync(ColourSwitch turn, AppDefinition definition, RolloutPolicy policy, CancellationToken cancellationToken)
    {
        try
        {
            return await DeployAsync(definition, policy, cancellationToken).ConfigureAwait(false);
        }
        catch (BlueGreenException error)
        {
            throw new BlueGreenException(
                error.Kind, error.ErrorId, $"{turn.To.Id}, which waited, was removed to be deployed anew, and that cannot be done: {error.Message}",
                $"{turn.From.Id} serves whole. {error.Remedy} Then deploy the version of {turn.To.Id} from its file.", error.Target, error);
        }
    }

    private async Task<ColourSwitch> ChooseAsync(string group, string? colour, CancellationToken cancellationToken)
    {
        var turn = ColourSwitch.Choose((await GetGroupsAsync(group, cancellationToken).ConfigureAwait(false)).FirstOrDefault(), group, colour);
        if (!turn.Renews) return turn;
        using var sockets = _cluster.WatchSockets?.Invoke();
        return turn with { Renews = !Recaller.IsPossible(await GroupObserver.ForGroup(_cluster, group).LookWellAsync(cancellationToken).ConfigureAwait(false)) };
    }

    /// <summary>Waits until tasks that are out of the pool have nothing pending, and yields the proof of each on each load balancer.</summary>
    /// <param name="appId">The app they belong to.</param>
    /// <param name="taskIds">The tasks; empty means all tasks of the app.</param>
    /// <param name="timeout">How long at the most; afterwards the proofs say what is waited for.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<ImmutableArray<DrainProof>> WaitForDrainAsync(
        string appId, IReadOnlyCollection<string> taskIds, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var sockets = _cluster.WatchSockets?.Invoke();
        return await new DrainWatch(_cluster, GroupObserver.ForApp(_cluster, appId), appId, taskIds).RunAsync(timeout, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The deployment groups of the cluster, ordered by name; one name, or all.</summary>
    public Task<ImmutableArray<DeploymentGroup>> GetGroupsAsync(string? name, CancellationToken cancellationToken) =>
        GroupReader.ReadAsync(_cluster, name, cancellationToken);

    private static async Task<BlueGreenDeployment> DeployAsync(
        Cluster cluster, PreparedDeployment prepared, RolloutPolicy policy, CancellationToken cancellationToken)
    {
        var startedAt = cluster.Time.GetUtcNow();
        var report = new DeploymentReport(cluster, prepared.Run, startedAt);

        if (prepared.Old is { } old && !prepared.Run.CanGoBack)
        {
            cluster.Say(MessageLevel.Warning, $"{old.Id} was made by no blue/green tool: from this deployment there is no way back to it.");
        }

        var act = prepared.DescribeCreation();
        if (!await cluster.Approval.ApproveAsync(act, cancellationToken).ConfigureAwait(false)) return report.NotStarted();
        await CreateAsync(cluster, prepared.Definition, cancellationToken).ConfigureAwait(false);
        cluster.Journal?.Write(new JournalEntry.Created(cluster.Time.GetUtcNow(), prepared.Run.Roles.StayingId, prepared.Definition.Instances ?? 1));
        cluster.Say(MessageLevel.Information, $"{act.Target}: {act.Action} ({act.Reason})");

        return await RunAsync(cluster, prepared.Run, policy, report, prepared.Seen, cancellationToken).ConfigureAwait(false);
    }

    private static async Task CreateAsync(Cluster cluster, AppDefinition definition, CancellationToken cancellationToken)
    {
        try
        {
            await cluster.Marathon.CreateAppAsync(definition, ChangeOptions.Default, cancellationToken).ConfigureAwait(false);
        }
        catch (BlueGreenException error)
        {
            error.FailedAct = ActKind.Create;
            throw;
        }
    }

    private static async Task<BlueGreenDeployment> RunAsync(
        Cluster cluster, Run run, RolloutPolicy policy, DeploymentReport report, Observation seen, CancellationToken cancellationToken)
    {
        // What is known of the load balancers' processes goes along: the longer they were watched, the more can be told of them.
        var outcome = await LoopAsync(cluster, run, policy, DrainLedger.Empty, seen, cancellationToken).ConfigureAwait(false);
        if (!run.CanGoBack || !WantsUndo(outcome, policy)) return report.Ended(outcome);

        cluster.Say(MessageLevel.Warning, $"Going back to {run.Roles.LeavingId}: {outcome.Decision.Reason}");
        return report.Undone(outcome, await LoopAsync(cluster, run.Reversed(), policy, outcome.Ledger, null, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Nobody is asked about the steps of a way back.</summary>
    private static Task<LoopOutcome> LoopAsync(
        Cluster cluster, Run run, RolloutPolicy policy, DrainLedger ledger, Observation? seen, CancellationToken cancellationToken)
    {
        var gate = run.IsUndo ? null : cluster.Gate;
        var course = new Course(run.Roles, policy with { IsGated = gate is not null }, run.Goal, cluster.Rules) { Ledger = ledger };
        return new DeploymentLoop(cluster with { Gate = gate }, GroupObserver.ForGroup(cluster, run.Roles.Group), course).RunAsync(seen, cancellationToken);
    }

    private static bool WantsUndo(LoopOutcome outcome, RolloutPolicy policy) => outcome.Decision switch
    {
        Decision.Hold { ReasonId: Patience.HealthTimeout or StepGate.ReasonId } => policy.OnFailure == FailureAction.Undo,
        Decision.Hold { ReasonId: Patience.DrainTimeout } => policy.OnDrainTimeout == DrainTimeoutAction.Undo,
        _ => false,
    };
}
