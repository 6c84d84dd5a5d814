using System.Management.Automation;
using BlueGreen.Engine;
using BlueGreen.Engine.Deployment;
using BlueGreen.Hosting;
using BlueGreen.Marathon;
using BlueGreen.Session;

namespace BlueGreen.Deployment;

/// <summary>Gets deployment groups: their colours, which of them is live, and how far a deployment has come.</summary>
[Cmdlet(VerbsCommon.Get, "DeploymentGroup")]
[OutputType(typeof(DeploymentGroup))]
public sealed class GetDeploymentGroupCommand : SessionCmdlet
{
    /// <summary>Names or patterns; without it, all groups.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("DeploymentGroup", "Group")]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(GroupCompleter))]
    public string[]? Name { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var name in Name ?? ["*"])
        {
            Try(name, () =>
            {
                var isPattern = AppIds.IsPattern(name);
                var groups = Run(call => Connected.Cluster.CreateDeployer(call.Sink, call.Approval)
                    .GetGroupsAsync(isPattern ? null : name, call.Token));
                var pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase);
                var matching = groups.Where(g => !isPattern || pattern.IsMatch(g.Name)).ToList();
                Connected.Remember([.. matching.SelectMany(g => g.Apps)]);
                matching.ForEach(WriteObject);
                if (matching.Count == 0 && !isPattern) throw Missing(name);
            });
        }
    }

    internal static BlueGreenException Missing(string name) => new(
        ErrorKind.NotFound, "GroupNotFound", $"There is no deployment group '{name}'.",
        "Get-DeploymentGroup lists them; an app is in one by its label HAPROXY_DEPLOYMENT_GROUP.", name);
}
