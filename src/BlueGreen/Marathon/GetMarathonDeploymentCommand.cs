using System.Management.Automation;
using BlueGreen.Engine;
using BlueGreen.Engine.Marathon;
using BlueGreen.Hosting;
using BlueGreen.Session;

namespace BlueGreen.Marathon;

/// <summary>Gets Marathon's running deployments.</summary>
[Cmdlet(VerbsCommon.Get, "MarathonDeployment")]
[OutputType(typeof(MarathonDeployment))]
public sealed class GetMarathonDeploymentCommand : SessionCmdlet
{
    /// <summary>Ids of deployments, or patterns.</summary>
    [Parameter(Position = 0)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[]? Id { get; set; }

    /// <summary>Only those that hold one of these apps.</summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(AppIdCompleter))]
    public string[]? AppId { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Try(Id, () =>
    {
        var apps = AppId?.Select(AppIds.Pattern).ToList();
        var all = Run(call => Cluster.GetDeploymentsAsync(call.Token))
            .Where(d => apps is null || d.AffectedApps.Any(app => apps.Exists(p => p.IsMatch(app))))
            .ToList();
        foreach (var id in Id ?? ["*"])
        {
            var pattern = WildcardPattern.Get(id, WildcardOptions.IgnoreCase);
            var matching = all.Where(d => pattern.IsMatch(d.Id)).ToList();
            matching.ForEach(WriteObject);
            if (matching.Count == 0 && !AppIds.IsPattern(id)) WriteError(ErrorRecords.From(Missing(id), id));
        }
    });

    private static BlueGreenException Missing(string id) => new(
        ErrorKind.NotFound, "DeploymentNotFound", $"There is no running deployment '{id}'.",
        "Get-MarathonDeployment lists those that run; this one has ended.", id);
}
