using System.Management.Automation;
using BlueGreen.Engine.Marathon;
using BlueGreen.Hosting;
using BlueGreen.Session;

namespace BlueGreen.Marathon;

/// <summary>Gets tasks.</summary>
[Cmdlet(VerbsCommon.Get, "MarathonTask")]
[OutputType(typeof(MarathonTask))]
public sealed class GetMarathonTaskCommand : SessionCmdlet
{
    /// <summary>Ids of apps, or patterns; without it, the tasks of all apps.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Id")]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(AppIdCompleter))]
    public string[]? AppId { get; set; }

    /// <summary>Ids of tasks, or patterns.</summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[]? TaskId { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Try(AppId, () =>
    {
        var patterns = TaskId?.Select(id => WildcardPattern.Get(id, WildcardOptions.IgnoreCase)).ToList();
        var apps = Run(call => AppIds.FindAsync(Cluster, AppId ?? ["*"], call.Token, call.Fail));
        Connected.Remember(apps);
        foreach (var task in apps.SelectMany(app => app.Tasks))
        {
            if (patterns is null || patterns.Exists(p => p.IsMatch(task.Id))) WriteObject(task);
        }
    });
}
