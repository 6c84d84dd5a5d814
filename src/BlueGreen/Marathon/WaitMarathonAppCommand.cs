using System.Management.Automation;
using BlueGreen.Engine.Marathon;
using BlueGreen.Engine.Waiting;
using BlueGreen.Session;

namespace BlueGreen.Marathon;

/// <summary>Waits until all wanted tasks of apps run and are healthy.</summary>
[Cmdlet(VerbsLifecycle.Wait, "MarathonApp")]
[OutputType(typeof(MarathonApp))]
public sealed class WaitMarathonAppCommand : SessionCmdlet
{
    private readonly List<string> _ids = [];

    /// <summary>Ids or patterns.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(AppIdCompleter))]
    public string[] Id { get; set; } = [];

    /// <summary>How long to wait at the most.</summary>
    [Parameter]
    [Alias("Timeout")]
    [ValidateRange(0, int.MaxValue)]
    public int TimeoutSec { get; set; } = 300;

    /// <inheritdoc/>
    protected override void ProcessRecord() => _ids.AddRange(Id);

    /// <summary>All are waited for at the same time; each comes out as soon as it is ready.</summary>
    protected override void EndProcessing() => Try(null, () => Run(async call =>
    {
        var apps = await AppIds.FindAsync(Cluster, _ids, call.Token, call.Fail).ConfigureAwait(false);
        await new ClusterWaits(Cluster, call.Sink).WaitForAppsAsync(
            [.. apps.Select(app => app.Id)], TimeSpan.FromSeconds(TimeoutSec), call.Write, call.Fail, call.Token).ConfigureAwait(false);
    }));
}
