using System.Management.Automation;
using BlueGreen.Engine.Deployment;

namespace BlueGreen.Deployment;

/// <summary>Goes on with a deployment that was left half-way.</summary>
[Cmdlet(VerbsLifecycle.Resume, "BlueGreenDeployment", SupportsShouldProcess = true)]
[OutputType(typeof(BlueGreenDeployment))]
[OutputType(typeof(PlanStep))]
[OutputType(typeof(Job))]
public sealed class ResumeBlueGreenDeploymentCommand : GoForwardCmdlet
{
    /// <summary>How many new instances a hybrid keeps beside the old ones; without it, as many as the deployment was begun with.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int? NewInstances { get; set; }

    private protected override RolloutPolicy Policy() => base.Policy() with { NewInstances = NewInstances ?? 0 };

    private protected override Direction Way => Direction.Forward;
}
