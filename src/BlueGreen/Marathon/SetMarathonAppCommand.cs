using System.Management.Automation;
using BlueGreen.Engine;
using BlueGreen.Engine.Deployment;
using BlueGreen.Engine.Marathon;
using BlueGreen.Engine.Waiting;
using BlueGreen.Hosting;

namespace BlueGreen.Marathon;

/// <summary>Scales apps, or changes their definition.</summary>
[Cmdlet(VerbsCommon.Set, "MarathonApp", SupportsShouldProcess = true)]
[OutputType(typeof(MarathonApp))]
public sealed class SetMarathonAppCommand : AppChangesCmdlet
{
    /// <summary>Ids or patterns.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(AppIdCompleter))]
    public string[] Id { get; set; } = [];

    /// <summary>How many instances are wanted.</summary>
    [Parameter(Position = 1)]
    [ValidateRange(0, int.MaxValue)]
    public int? Instances { get; set; }

    /// <summary>Waits until all wanted tasks run and are healthy.</summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <summary>How long -Wait waits at the most.</summary>
    [Parameter]
    [Alias("Timeout")]
    [ValidateRange(0, int.MaxValue)]
    public int TimeoutSec { get; set; } = 300;

    /// <summary>Overrides a deployment of Marathon's that is in the way.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Puts the app out.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        TryAll(() =>
        {
            if (Instances is null && WhatChanges.Count == 0)
            {
                throw new BlueGreenException(
                    ErrorKind.InvalidArgument, "NothingToChange", "Nothing is to be changed.",
                    "Give -Instances, or one of -Image, -Cmd, -Env, -Label and -Set.");
            }
        });
    }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Try(Id, () =>
    {
        foreach (var app in Run(call => AppIds.FindAsync(Cluster, Id, call.Token, call.Fail))) Try(app.Id, () => Change(app));
    });

    private void Change(MarathonApp app)
    {
        var update = WhatChanges.Count == 0 ? null : AppUpdate.Of(app, Changes(Instances));
        if (!Ask(new PlannedAct(app.Id, Describe(app, update is not null), ""))) return;
        var changed = Run(async call =>
        {
            await ApplyAsync(app, update, call).ConfigureAwait(false);
            if (!Wait) return PassThru ? await Cluster.FindAppAsync(app.Id, call.Token).ConfigureAwait(false) : null;
            return await new ClusterWaits(Cluster, call.Sink).WaitForAppAsync(app.Id, TimeSpan.FromSeconds(TimeoutSec), call.Token).ConfigureAwait(false);
        });
        if (PassThru && changed is not null) WriteObject(changed);
    }

    private string Describe(MarathonApp app, bool restarts)
    {
        var scale = Instances is { } wanted && wanted != app.Instances ? $"Scale from {app.Instances} to {Words.Count(wanted, "instance")}" : null;
        var change = restarts ? $"Change {string.Join(", ", WhatChanges).ToLowerInvariant()}, which restarts its tasks" : null;
        return string.Join("; ", new[] { change, scale }.OfType<string>().DefaultIfEmpty($"Keep at {Words.Count(app.Instances, "instance")}"));
    }

    private Task<AcceptedChange> ApplyAsync(MarathonApp app, AppDefinition? update, EngineCall call)
    {
        var options = new ChangeOptions(Force);
        return update is not null
            ? Cluster.UpdateAppAsync(app.Id, update, options, call.Token)
            : Cluster.ScaleAppAsync(app.Id, Instances ?? app.Instances, options, call.Token);
    }
}
