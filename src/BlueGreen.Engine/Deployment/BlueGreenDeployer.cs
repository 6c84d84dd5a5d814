using BlueGreen.Engine.Deployment.Acting;
using BlueGreen.Engine.Deployment.Deciding;
using BlueGreen.Engine.Deployment.Observing;
using BlueGreen.Engine.Haproxy;
using BlueGreen.Engine.Marathon;

namespace BlueGreen.Engine.Deployment;

/// <summary>Deploys a new colour of a service. The only thing that callers need to know of the engine's inside.</summary>
public sealed class BlueGreenDeployer
{
    private readonly Cluster _cluster;

    /// <summary>A deployer for one cluster.</summary>
    /// <param name="marathon">The cluster.</param>
    /// <param name="loadBalancers">The load balancers that take the traffic.</param>
    /// <param name="time">The clock.</param>
    /// <param name="sink">Hears what is done and why it waits.</param>
    /// <param name="approval">Asked before each change.</param>
    /// <param name="preKill">Called before tasks are killed; null for nothing.</param>
    public BlueGreenDeployer(
        IMarathon marathon, ILoadBalancerPool loadBalancers, TimeProvider time, IEngineSink sink, IApproval approval, IPreKillHook? preKill = null)
        : this(Cluster.Real(marathon, loadBalancers, time, sink, approval, preKill))
    {
    }

    internal BlueGreenDeployer(Cluster cluster) => _cluster = cluster;

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
        var startedAt = _cluster.Time.GetUtcNow();
        var prepared = await Preparation.PrepareAsync(_cluster, definition, policy, cancellationToken).ConfigureAwait(false);
        var report = new DeploymentReport(_cluster, prepared.Run, startedAt);

        if (prepared.Old is { } old && !prepared.Run.CanGoBack)
        {
            _cluster.Say(MessageLevel.Warning, $"{old.Id} was made by no blue/green tool: from this deployment there is no way back to it.");
        }

        var act = prepared.DescribeCreation();
        if (!await _cluster.Approval.ApproveAsync(act, cancellationToken).ConfigureAwait(false)) return report.NotStarted();
        await CreateAsync(prepared.Definition, cancellationToken).ConfigureAwait(false);
        _cluster.Say(MessageLevel.Information, $"{act.Target}: {act.Action} ({act.Reason})");

        return await RunAsync(prepared.Run, policy, report, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Says what <see cref="GoOnAsync"/> would do. Changes nothing.</summary>
    public async Task<ImmutableArray<PlanStep>> PlanAsync(string group, Direction direction, RolloutPolicy policy, CancellationToken cancellationToken) =>
        RolloutPlan.Of(
            await Continuation.FindAsync(_cluster, group, policy, direction, cancellationToken).ConfigureAwait(false),
            policy with { IsGated = _cluster.Gate is not null && direction != Direction.Back });

    /// <summary>
    /// Takes a deployment that was left half-way, by this module or by zdd.py, to an end, from any machine: on to the new colour, or back
    /// to the previous one, which serves whole before anything of the new one is taken out.
    /// </summary>
    /// <exception cref="BlueGreenException">There is nothing to go on with; nothing was changed.</exception>
    public async Task<BlueGreenDeployment> GoOnAsync(string group, Direction direction, RolloutPolicy policy, CancellationToken cancellationToken)
    {
        var startedAt = _cluster.Time.GetUtcNow();
        var halfWay = await Continuation.FindAsync(_cluster, group, policy, direction, cancellationToken).ConfigureAwait(false);
        return await RunAsync(halfWay.Run, policy, new DeploymentReport(_cluster, halfWay.Run, startedAt), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Waits until tasks that are out of the pool have nothing pending, and yields the proof of each on each load balancer.</summary>
    /// <param name="appId">The app they belong to.</param>
    /// <param name="taskIds">The tasks; empty means all tasks of the app.</param>
    /// <param name="timeout">How long at the most; afterwards the proofs say what is waited for.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<ImmutableArray<DrainProof>> WaitForDrainAsync(
        string appId, IReadOnlyCollection<string> taskIds, TimeSpan timeout, CancellationToken cancellationToken) =>
        new DrainWatch(_cluster, GroupObserver.ForApp(_cluster, appId), appId, taskIds).RunAsync(timeout, cancellationToken);

    /// <summary>The deployment groups of the cluster, ordered by name; one name, or all.</summary>
    public Task<ImmutableArray<DeploymentGroup>> GetGroupsAsync(string? name, CancellationToken cancellationToken) =>
        GroupReader.ReadAsync(_cluster, name, cancellationToken);

    private async Task CreateAsync(AppDefinition definition, CancellationToken cancellationToken)
    {
        try
        {
            await _cluster.Marathon.CreateAppAsync(definition, ChangeOptions.Default, cancellationToken).ConfigureAwait(false);
        }
        catch (BlueGreenException error)
        {
            error.FailedAct = ActKind.Create;
            throw;
        }
    }

    private async Task<BlueGreenDeployment> RunAsync(Run run, RolloutPolicy policy, DeploymentReport report, CancellationToken cancellationToken)
    {
        var outcome = await LoopAsync(run, policy, cancellationToken).ConfigureAwait(false);
        if (!run.CanGoBack || !WantsUndo(outcome, policy)) return report.Ended(outcome);

        _cluster.Say(MessageLevel.Warning, $"Going back to {run.Roles.LeavingId}: {outcome.Decision.Reason}");
        return report.Undone(outcome, await LoopAsync(run.Reversed(), policy, cancellationToken).ConfigureAwait(false));
    }

    private Task<LoopOutcome> LoopAsync(Run run, RolloutPolicy policy, CancellationToken cancellationToken) =>
        new DeploymentLoop(
            run.IsUndo ? _cluster with { Gate = null } : _cluster, GroupObserver.ForGroup(_cluster, run.Roles.Group), run.Roles, policy with { IsGated = _cluster.Gate is not null && !run.IsUndo }, run.Goal).RunAsync(cancellationToken);

    private static bool WantsUndo(LoopOutcome outcome, RolloutPolicy policy) => outcome.Decision switch
    {
        Decision.Hold { ReasonId: Patience.HealthTimeout or StepGate.ReasonId } => policy.OnFailure == FailureAction.Undo,
        Decision.Hold { ReasonId: Patience.DrainTimeout } => policy.OnDrainTimeout == DrainTimeoutAction.Undo,
        _ => false,
    };
}
