using System.Management.Automation;
using BlueGreen.Engine;
using BlueGreen.Engine.Deployment.Journaling;
using BlueGreen.Hosting;
using BlueGreen.Marathon;
using BlueGreen.Session;

namespace BlueGreen.Deployment;

/// <summary>Gets what the journals tell of deployments. Asks no cluster.</summary>
[Cmdlet(VerbsCommon.Get, "BlueGreenHistory")]
[OutputType(typeof(DeploymentHistory))]
[OutputType(typeof(HistoryEntry))]
public sealed class GetBlueGreenHistoryCommand : EngineCmdlet
{
    /// <summary>Names or patterns of deployment groups; without it, all.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("Name", "DeploymentGroup")]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(GroupCompleter))]
    public string[] Group { get; set; } = ["*"];

    /// <summary>Journals, or folders with journals.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("JournalFile", "FullName")]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[]? Path { get; set; }

    /// <summary>Only so many, the latest ones.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int? Last { get; set; }

    /// <summary>Puts out the lines of the journals instead.</summary>
    [Parameter]
    public SwitchParameter Detailed { get; set; }

    /// <summary>Replays each journal, and compares each decision.</summary>
    [Parameter]
    public SwitchParameter Verify { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var files = new List<string>();
        if (Path is null) files.AddRange(Own());
        else foreach (var path in Path) Try(path, () => files.AddRange(ResolveFiles(path).SelectMany(file => Directory.Exists(file) ? HistoryReader.Find(file) : [file])));
        var patterns = Group.Select(name => WildcardPattern.Get(name, WildcardOptions.IgnoreCase)).ToList();
        var wanted = files.Where(file => IsWanted(file, patterns)).ToList();
        foreach (var file in wanted.Skip(Last is { } last ? Math.Max(0, wanted.Count - last) : 0)) Try(file, () => Write(file));
    }

    private IReadOnlyList<string> Own()
    {
        var given = State.Default?.Cluster.Options.JournalPath;
        return JournalFolder.Find(given) is { } folder ? HistoryReader.Find(folder) : [];
    }

    private bool IsWanted(string file, List<WildcardPattern> patterns)
    {
        var wanted = false;
        Try(file, () =>
        {
            var group = HistoryReader.GroupOf(file);
            wanted = patterns.Exists(pattern => pattern.IsMatch(group));
        });
        return wanted;
    }

    private void Write(string file)
    {
        var history = HistoryReader.Read(file, Verify);
        if (Detailed) WriteObject(history.ReadEntries(), enumerateCollection: true);
        else WriteObject(history);
        if (history.IsReproduced == false) WriteWarning(LogText.Safe($"{file} is not reproduced: {history.Difference}"));
    }
}
