using System.Collections.Immutable;
using System.Management.Automation;
using BlueGreen.Engine.Deployment;

namespace BlueGreen.Deployment;

/// <summary>Has the other colour serve in place of the one that does, which waits or is removed.</summary>
[Cmdlet(VerbsCommon.Switch, "DeploymentGroup", SupportsShouldProcess = true)]
[OutputType(typeof(BlueGreenDeployment))]
[OutputType(typeof(PlanStep))]
[OutputType(typeof(Job))]
public sealed class SwitchDeploymentGroupCommand : GoForwardCmdlet
{
    /// <summary>The colour that is to serve; without it, the one that does not serve.</summary>
    [Parameter]
    [ValidateSet("Blue", "Green")]
    public string? To { get; set; }

    /// <summary>Removes the colour that served, when nothing is pending on it any more.</summary>
    [Parameter]
    public SwitchParameter RemoveOld { get; set; }

    private protected override RolloutPolicy Policy() => base.Policy() with { KeepOld = !RemoveOld };

    private protected override Task<ImmutableArray<PlanStep>> PlanAsync(BlueGreenDeployer deployer, string group, RolloutPolicy policy, CancellationToken token) =>
        deployer.PlanSwitchAsync(group, To, policy, token);

    private protected override Task<BlueGreenDeployment> GoOnAsync(BlueGreenDeployer deployer, string group, RolloutPolicy policy, CancellationToken token) =>
        deployer.SwitchAsync(group, To, policy, token);
}
