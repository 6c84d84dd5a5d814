using BlueGreen.Engine.Haproxy;
using BlueGreen.Engine.Marathon;

namespace BlueGreen.Engine.Deployment;

/// <summary>Deploys a new colour of a service. The only thing that callers need to know of the engine's inside.</summary>
/// <param name="marathon">The cluster.</param>
/// <param name="loadBalancers">The load balancers that take the traffic.</param>
/// <param name="time">The clock.</param>
/// <param name="sink">Hears what is done and why it waits.</param>
/// <param name="approval">Asked before each change.</param>
public sealed class BlueGreenDeployer(
    IMarathon marathon, ILoadBalancerPool loadBalancers, TimeProvider time, IEngineSink sink, IApproval approval)
{
    /// <summary>Says what a deployment would do. Changes nothing.</summary>
    public Task<ImmutableArray<PlanStep>> PlanAsync(AppDefinition definition, RolloutPolicy policy, CancellationToken cancellationToken)
    {
        _ = (marathon, loadBalancers, time, sink, approval);
        throw new NotImplementedException();
    }

    /// <summary>Deploys, and ends when the new colour serves alone, or holds with everything served.</summary>
    public Task<BlueGreenDeployment> DeployAsync(AppDefinition definition, RolloutPolicy policy, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>Waits until tasks that are out of the pool have nothing pending, and yields the proof of each on each load balancer.</summary>
    /// <param name="appId">The app they belong to.</param>
    /// <param name="taskIds">The tasks; empty means all tasks of the app.</param>
    /// <param name="timeout">How long at the most; afterwards the proofs say what is waited for.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<ImmutableArray<DrainProof>> WaitForDrainAsync(
        string appId, IReadOnlyCollection<string> taskIds, TimeSpan timeout, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>The deployment groups of the cluster, ordered by name; one name, or all.</summary>
    public Task<ImmutableArray<DeploymentGroup>> GetGroupsAsync(string? name, CancellationToken cancellationToken) =>
        throw new NotImplementedException();
}
