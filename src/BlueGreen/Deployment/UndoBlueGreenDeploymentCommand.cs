using System.Management.Automation;
using BlueGreen.Engine.Deployment;

namespace BlueGreen.Deployment;

/// <summary>Goes back to the previous colour, which serves whole before the new one leaves.</summary>
[Cmdlet(VerbsCommon.Undo, "BlueGreenDeployment", SupportsShouldProcess = true)]
[OutputType(typeof(BlueGreenDeployment))]
[OutputType(typeof(PlanStep))]
[OutputType(typeof(Job))]
public sealed class UndoBlueGreenDeploymentCommand : GoOnCmdlet
{
    private protected override Direction Way => Direction.Back;
}
