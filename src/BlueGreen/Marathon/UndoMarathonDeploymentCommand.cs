using System.Management.Automation;
using BlueGreen.Engine.Deployment;
using BlueGreen.Engine.Marathon;
using BlueGreen.Hosting;
using BlueGreen.Session;

namespace BlueGreen.Marathon;

/// <summary>Rolls deployments of Marathon's back.</summary>
[Cmdlet(VerbsCommon.Undo, "MarathonDeployment", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class UndoMarathonDeploymentCommand : SessionCmdlet
{
    /// <summary>Ids of deployments.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("DeploymentId")]
    [ValidateNotNullOrEmpty]
    public string[] Id { get; set; } = [];

    /// <summary>Only gives the deployment up, and leaves the apps as they are at that moment.</summary>
    [Parameter]
    public SwitchParameter NoRollback { get; set; }

    /// <summary>Does not ask.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override bool AnswersYes => Force;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var id in Id)
        {
            Try(id, () =>
            {
                var action = NoRollback ? "Give up, and leave the apps as they are" : "Roll back, which can kill the tasks that it started";
                if (!Ask(new PlannedAct($"deployment {id}", action, "", Destructive: !NoRollback))) return;
                Run(call => Cluster.CancelDeploymentAsync(id, new ChangeOptions(NoRollback), call.Token));
            });
        }
    }
}
