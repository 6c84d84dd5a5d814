using System.Management.Automation;
using BlueGreen.Engine.Deployment;

namespace BlueGreen.Deployment;

/// <summary>Lets the new colour serve alone, out of a hybrid too.</summary>
[Cmdlet(VerbsLifecycle.Complete, "BlueGreenDeployment", SupportsShouldProcess = true)]
[OutputType(typeof(BlueGreenDeployment))]
[OutputType(typeof(PlanStep))]
[OutputType(typeof(Job))]
public sealed class CompleteBlueGreenDeploymentCommand : GoForwardCmdlet;
