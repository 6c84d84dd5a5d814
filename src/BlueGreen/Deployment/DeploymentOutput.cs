using System.Management.Automation;
using BlueGreen.Engine;
using BlueGreen.Engine.Deployment;
using BlueGreen.Hosting;

namespace BlueGreen.Deployment;

/// <summary>How a deployment comes out of a cmdlet.</summary>
internal static class DeploymentOutput
{
    /// <summary>
    /// The result, and behind it an error when the deployment did not get where it was to: with ErrorActionPreference Stop, and in a
    /// job, it must not be overlooked.
    /// </summary>
    public static void Write(PSCmdlet cmdlet, BlueGreenDeployment deployment)
    {
        cmdlet.WriteObject(deployment);
        if (Error(deployment) is { } error) cmdlet.WriteError(ErrorRecords.From(error, deployment.NewApp));
    }

    private static BlueGreenException? Error(BlueGreenDeployment deployment) => deployment.Result switch
    {
        DeploymentResult.Held => Error(deployment, $"The deployment of {deployment.Group} is held: {deployment.Reason}"),
        // An undo that nobody asked for at the beginning has a reason.
        DeploymentResult.Undone when deployment.ReasonId is not null =>
            Error(deployment, $"The deployment of {deployment.Group} failed and was undone: {deployment.Reason}"),
        _ => null,
    };

    private static BlueGreenException Error(BlueGreenDeployment deployment, string message) => new(
        deployment.ReasonId?.EndsWith("Timeout", StringComparison.Ordinal) == true ? ErrorKind.Timeout : ErrorKind.Unsafe,
        deployment.ReasonId ?? "DeploymentHeld", message, deployment.Remedy ?? "", deployment.NewApp);
}
