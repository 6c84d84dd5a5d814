using System.Management.Automation;
using BlueGreen.Engine;
using BlueGreen.Engine.Deployment;
using BlueGreen.Engine.Marathon;
using BlueGreen.Hosting;
using BlueGreen.Marathon;
using BlueGreen.Session;

namespace BlueGreen.Deployment;

/// <summary>Waits until tasks that are out of the pool have nothing pending, and puts the proof of each out.</summary>
[Cmdlet(VerbsLifecycle.Wait, "BlueDrain", DefaultParameterSetName = ByTask)]
[OutputType(typeof(DrainProof))]
public sealed class WaitBlueDrainCommand : SessionCmdlet
{
    private const string ByTask = "Task";
    private const string ByApp = "AppId";
    private const string ByGroup = "Group";

    private readonly List<string> _tasks = [];

    /// <summary>Ids of tasks.</summary>
    [Parameter(ParameterSetName = ByTask, Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Id", "TaskId")]
    [ValidateNotNullOrEmpty]
    public string[] Task { get; set; } = [];

    /// <summary>Apps of which all tasks are to be waited for.</summary>
    [Parameter(ParameterSetName = ByApp, Mandatory = true)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(AppIdCompleter))]
    public string[] AppId { get; set; } = [];

    /// <summary>Deployment groups of which all tasks of the older colour are to be waited for.</summary>
    [Parameter(ParameterSetName = ByGroup, Mandatory = true)]
    [Alias("DeploymentGroup")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(GroupCompleter))]
    public string[] Group { get; set; } = [];

    /// <summary>How long to wait at the most.</summary>
    [Parameter]
    [Alias("Timeout")]
    [ValidateRange(0, int.MaxValue)]
    public int TimeoutSec { get; set; } = 300;

    /// <summary>The service's own gauge of pending operations: a path with a JSON pointer, or a script block.</summary>
    [Parameter]
    [ValidateNotNull]
    public object? PendingOperations { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => _tasks.AddRange(Task);

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        IReadOnlyList<(string AppId, IReadOnlyCollection<string> Tasks)> wanted = [];
        if (!Try(null, () => wanted = Run(FindAsync))) return;
        foreach (var (appId, tasks) in wanted) Try(appId, () => WaitFor(appId, tasks));
    }

    private void WaitFor(string appId, IReadOnlyCollection<string> tasks)
    {
        var timeout = TimeSpan.FromSeconds(TimeoutSec);
        var proofs = Run(call => Deployer(call, pendingOperations: PendingOperations)
            .WaitForDrainAsync(appId, tasks, timeout, call.Token));
        WriteObject(proofs, enumerateCollection: true);
        foreach (var pending in proofs.Where(p => !p.IsDrained).GroupBy(p => p.TaskId, StringComparer.Ordinal))
        {
            var reasons = string.Join("; ", pending.Select(p => $"{p.LoadBalancer}: {p.WaitsFor}"));
            WriteError(ErrorRecords.From(
                new BlueGreenException(
                    ErrorKind.Timeout, "DrainTimeout", $"The task {pending.Key} has still something pending after {TimeoutSec} s ({reasons}).",
                    "Wait longer with -TimeoutSec. Killing the task now would cut what is pending.", pending.Key),
                pending.Key));
        }
    }

    private async Task<IReadOnlyList<(string AppId, IReadOnlyCollection<string> Tasks)>> FindAsync(EngineCall call) => ParameterSetName switch
    {
        ByApp => [.. (await AppIds.FindAsync(Cluster, AppId, call.Token, call.Fail).ConfigureAwait(false)).Select(app => (app.Id, NoTasks))],
        ByGroup => await OldColoursAsync(call).ConfigureAwait(false),
        _ => await OfTasksAsync(call).ConfigureAwait(false),
    };

    /// <summary>Stands for all tasks of an app.</summary>
    private static IReadOnlyCollection<string> NoTasks => [];

    private async Task<IReadOnlyList<(string, IReadOnlyCollection<string>)>> OldColoursAsync(EngineCall call)
    {
        var found = new List<(string, IReadOnlyCollection<string>)>();
        var deployer = Connected.Cluster.CreateDeployer(call.Sink, call.Approval);
        foreach (var name in Group)
        {
            var groups = await deployer.GetGroupsAsync(name, call.Token).ConfigureAwait(false);
            if (groups.FirstOrDefault() is not { } group) call.Fail(GetDeploymentGroupCommand.Missing(name));
            else if (group.Previous is { } old) found.Add((old.Id, NoTasks));
            else call.Fail(new BlueGreenException(
                ErrorKind.NotFound, "NoOldColour", $"The deployment group '{name}' has one app only: nothing drains.",
                "Name tasks with -Task, or an app with -AppId.", name));
        }

        return found;
    }

    private async Task<IReadOnlyList<(string, IReadOnlyCollection<string>)>> OfTasksAsync(EngineCall call)
    {
        var apps = await Cluster.GetAppsAsync(null, call.Token).ConfigureAwait(false);
        var byId = apps.SelectMany(app => app.Tasks).ToDictionary(task => task.Id, task => task.AppId, StringComparer.Ordinal);
        foreach (var id in _tasks.Where(id => !byId.ContainsKey(id))) call.Fail(AppIds.MissingTask(id));
        return
        [
            .. _tasks.Where(byId.ContainsKey).Distinct(StringComparer.Ordinal)
                .GroupBy(id => byId[id], StringComparer.Ordinal)
                .Select(ofApp => (ofApp.Key, (IReadOnlyCollection<string>)[.. ofApp])),
        ];
    }
}
