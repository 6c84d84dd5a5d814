using System.Collections;
using System.Management.Automation;
using BlueGreen.Engine.Deployment;
using BlueGreen.Engine.Marathon;
using BlueGreen.Engine.Waiting;
using BlueGreen.Hosting;
using BlueGreen.Session;

namespace BlueGreen.Marathon;

/// <summary>Creates apps from files or hash tables.</summary>
[Cmdlet(VerbsCommon.New, "MarathonApp", DefaultParameterSetName = ByPath, SupportsShouldProcess = true)]
[OutputType(typeof(MarathonApp))]
public sealed class NewMarathonAppCommand : SessionCmdlet
{
    private const string ByPath = "Path";
    private const string ByDefinition = "Definition";

    /// <summary>Files with app definitions, in JSON or YAML.</summary>
    [Parameter(ParameterSetName = ByPath, Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("FullName", "PSPath")]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Path { get; set; } = [];

    /// <summary>The definition itself.</summary>
    [Parameter(ParameterSetName = ByDefinition, Mandatory = true)]
    [ValidateNotNull]
    public IDictionary? Definition { get; set; }

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
    protected override void ProcessRecord()
    {
        if (Definition is not null) Try(Definition["id"], () => Create(DefinitionSource.From(Definition)));
        else TryEachDefinition(Path, Create);
    }

    private void Create(AppDefinition definition)
    {
        var id = AppIds.Absolute(definition.Id ?? "");
        if (!Ask(new PlannedAct(id, $"Create with {Words.Count(definition.Instances ?? 1, "instance")}", ""))) return;
        var app = Run(async call =>
        {
            await Cluster.CreateAppAsync(definition, new ChangeOptions(Force), call.Token).ConfigureAwait(false);
            if (!Wait) return PassThru ? await Cluster.FindAppAsync(id, call.Token).ConfigureAwait(false) : null;
            return await new ClusterWaits(Cluster, call.Sink).WaitForAppAsync(id, TimeSpan.FromSeconds(TimeoutSec), call.Token).ConfigureAwait(false);
        });
        if (PassThru && app is not null) WriteObject(app);
    }
}
