using System.Management.Automation;
using BlueGreen.Engine.Deployment;
using BlueGreen.Engine.Marathon;
using BlueGreen.Hosting;
using BlueGreen.Session;

namespace BlueGreen.Marathon;

/// <summary>Kills tasks; with -Scale their apps want as many fewer afterwards.</summary>
[Cmdlet(VerbsLifecycle.Stop, "MarathonTask", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class StopMarathonTaskCommand : SessionCmdlet
{
    private readonly List<string> _ids = [];

    /// <summary>Ids of tasks, or patterns.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("TaskId")]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Id { get; set; } = [];

    /// <summary>Lowers the number of instances by as many, so that no task is started in their place.</summary>
    [Parameter]
    public SwitchParameter Scale { get; set; }

    /// <summary>Does not ask.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override bool AnswersYes => Force;

    /// <inheritdoc/>
    protected override void ProcessRecord() => _ids.AddRange(Id);

    /// <summary>One call an app, whichever way the tasks came in: Marathon then makes one change of each.</summary>
    protected override void EndProcessing() => Try(null, () =>
    {
        var tasks = Run(async call =>
            (await Cluster.GetAppsAsync(null, call.Token).ConfigureAwait(false)).SelectMany(app => app.Tasks).ToList());
        foreach (var ofApp in Select(tasks).GroupBy(task => task.AppId, StringComparer.Ordinal)) Try(ofApp.Key, () => Kill(ofApp.Key, [.. ofApp]));
    });

    /// <summary>Marathon leaves ids that it does not know out without a word, so they are looked up first.</summary>
    private IReadOnlyList<MarathonTask> Select(IReadOnlyList<MarathonTask> tasks)
    {
        var chosen = new List<MarathonTask>();
        foreach (var id in _ids)
        {
            var pattern = WildcardPattern.Get(id, WildcardOptions.IgnoreCase);
            var matching = tasks.Where(task => pattern.IsMatch(task.Id)).ToList();
            chosen.AddRange(matching);
            if (matching.Count > 0 || AppIds.IsPattern(id)) continue;
            WriteError(ErrorRecords.From(AppIds.MissingTask(id), id));
        }

        return [.. chosen.Distinct()];
    }

    private void Kill(string appId, IReadOnlyList<MarathonTask> tasks)
    {
        var what = tasks.Count == 1 ? $"task {tasks[0].Id}" : $"{tasks.Count} tasks";
        var action = Scale ? $"Kill {what} and scale down by {tasks.Count}" : $"Kill {what}";
        if (!Ask(new PlannedAct(appId, action, "", Destructive: true))) return;
        Run(call => Cluster.KillTasksAsync([.. tasks.Select(t => t.Id)], Scale, ChangeOptions.Default, call.Token));
    }
}
