using System.Management.Automation;
using BlueGreen.Engine.Waiting;
using BlueGreen.Session;

namespace BlueGreen.Marathon;

/// <summary>Waits until deployments of Marathon's have ended.</summary>
[Cmdlet(VerbsLifecycle.Wait, "MarathonDeployment")]
[OutputType(typeof(void))]
public sealed class WaitMarathonDeploymentCommand : SessionCmdlet
{
    private readonly List<string> _ids = [];

    /// <summary>Ids of deployments; one that has ended already is not waited for.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("DeploymentId")]
    [ValidateNotNullOrEmpty]
    public string[] Id { get; set; } = [];

    /// <summary>How long to wait at the most.</summary>
    [Parameter]
    [Alias("Timeout")]
    [ValidateRange(0, int.MaxValue)]
    public int TimeoutSec { get; set; } = 300;

    /// <inheritdoc/>
    protected override void ProcessRecord() => _ids.AddRange(Id);

    /// <summary>All are waited for at the same time.</summary>
    protected override void EndProcessing() => Try(null, () => Run(call => new ClusterWaits(Cluster, call.Sink).WaitForDeploymentsAsync(
        _ids, TimeSpan.FromSeconds(TimeoutSec), call.Fail, call.Token)));
}
