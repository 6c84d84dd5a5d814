using System.Management.Automation;
using BlueGreen.Engine.Deployment;
using BlueGreen.Engine.Marathon;
using BlueGreen.Engine.Waiting;
using BlueGreen.Hosting;
using BlueGreen.Session;

namespace BlueGreen.Marathon;

/// <summary>Removes apps with all their tasks.</summary>
[Cmdlet(VerbsCommon.Remove, "MarathonApp", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class RemoveMarathonAppCommand : SessionCmdlet
{
    /// <summary>Ids or patterns.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(AppIdCompleter))]
    public string[] Id { get; set; } = [];

    /// <summary>Waits until its tasks have ended.</summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <summary>How long -Wait waits at the most.</summary>
    [Parameter]
    [Alias("Timeout")]
    [ValidateRange(0, int.MaxValue)]
    public int TimeoutSec { get; set; } = 300;

    /// <summary>Does not ask.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override bool AnswersYes => Force;

    /// <inheritdoc/>
    protected override void ProcessRecord() => Try(Id, () =>
    {
        foreach (var app in Run(call => AppIds.FindAsync(Cluster, Id, call.Token, call.Fail))) Try(app.Id, () => Remove(app));
    });

    private void Remove(MarathonApp app)
    {
        if (!Ask(new PlannedAct(app.Id, $"Remove with {Words.Count(app.Instances, "instance")}", "", Destructive: true))) return;
        Run(async call =>
        {
            var change = await Cluster.DeleteAppAsync(app.Id, ChangeOptions.Default, call.Token).ConfigureAwait(false);
            if (!Wait || change.DeploymentId is null) return;
            await new ClusterWaits(Cluster, call.Sink).WaitForDeploymentsAsync(
                [change.DeploymentId], TimeSpan.FromSeconds(TimeoutSec), call.Fail, call.Token).ConfigureAwait(false);
        });
        Connected.Forget(app.Id);
    }
}
