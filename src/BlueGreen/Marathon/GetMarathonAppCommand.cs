using System.Management.Automation;
using BlueGreen.Engine.Marathon;
using BlueGreen.Hosting;
using BlueGreen.Session;

namespace BlueGreen.Marathon;

/// <summary>Gets apps with their tasks.</summary>
[Cmdlet(VerbsCommon.Get, "MarathonApp")]
[OutputType(typeof(MarathonApp))]
public sealed class GetMarathonAppCommand : SessionCmdlet
{
    /// <summary>Ids or patterns; the leading slash may be left out. Without it, all apps.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(AppIdCompleter))]
    public string[]? Id { get; set; }

    /// <summary>Deployment groups or patterns: the label HAPROXY_DEPLOYMENT_GROUP.</summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(GroupCompleter))]
    public string[]? DeploymentGroup { get; set; }

    /// <summary>A selector in Marathon's own language.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Label { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Try(Id, () =>
    {
        var groups = DeploymentGroup?.Select(g => WildcardPattern.Get(g, WildcardOptions.IgnoreCase)).ToList();
        foreach (var app in Run(ReadAsync))
        {
            if (groups is null || (app.DeploymentGroup is { } group && groups.Exists(g => g.IsMatch(group)))) WriteObject(app);
        }
    });

    private async Task<IReadOnlyList<MarathonApp>> ReadAsync(EngineCall call)
    {
        var ids = Id ?? ["*"];
        IReadOnlyList<MarathonApp> apps;
        if (Label is null)
        {
            apps = await AppIds.FindAsync(Cluster, ids, call.Token, call.Fail).ConfigureAwait(false);
        }
        else
        {
            var patterns = ids.Select(AppIds.Pattern).ToList();
            var labelled = await Cluster.GetAppsAsync(new AppQuery(LabelSelector: Label), call.Token).ConfigureAwait(false);
            apps = [.. labelled.Where(app => patterns.Exists(p => p.IsMatch(app.Id)))];
        }

        Connected.Remember(apps);
        return apps;
    }
}
