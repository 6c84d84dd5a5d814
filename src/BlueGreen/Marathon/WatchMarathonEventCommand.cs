using System.Management.Automation;
using BlueGreen.Engine.Marathon;
using BlueGreen.Engine.Waiting;
using BlueGreen.Hosting;
using BlueGreen.Session;

namespace BlueGreen.Marathon;

/// <summary>Puts Marathon's events out as they come, until it is stopped.</summary>
[Cmdlet(VerbsCommon.Watch, "MarathonEvent")]
[OutputType(typeof(MarathonEvent))]
public sealed class WatchMarathonEventCommand : SessionCmdlet
{
    /// <summary>Marathon's names of events; without it, all of them.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    public string[]? EventType { get; set; }

    /// <summary>Only events about one of these apps.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("Id")]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(AppIdCompleter))]
    public string[]? AppId { get; set; }

    /// <summary>How long to watch; without it, until stopped.</summary>
    [Parameter]
    [Alias("Timeout")]
    [ValidateRange(1, int.MaxValue)]
    public int? TimeoutSec { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Try(AppId, () => Run(async call =>
    {
        var apps = AppId?.Select(AppIds.Pattern).ToList();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(call.Token);
        if (TimeoutSec is { } seconds) end.CancelAfter(TimeSpan.FromSeconds(seconds));
        try
        {
            await ClusterWaits.WatchAsync(
                Cluster, EventType ?? [], change => Show(change, apps, call), end.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!call.Token.IsCancellationRequested)
        {
            // The time to watch is over.
        }
    }));

    private static void Show(MarathonEvent change, List<WildcardPattern>? apps, EngineCall call)
    {
        if (apps is null || (change.AppId is { } app && apps.Exists(p => p.IsMatch(app)))) call.Write(change);
    }
}
