using System.Collections;
using System.Management.Automation;
using BlueGreen.Engine;
using BlueGreen.Engine.Deployment;
using BlueGreen.Engine.Marathon;
using BlueGreen.Engine.Preflight;
using BlueGreen.Hosting;
using BlueGreen.Marathon;

namespace BlueGreen.Deployment;

/// <summary>Puts a new colour of a service in place of the one that serves, with no request lost.</summary>
[Cmdlet(VerbsLifecycle.Start, "BlueGreenDeployment", DefaultParameterSetName = ByPath, SupportsShouldProcess = true)]
[OutputType(typeof(BlueGreenDeployment))]
[OutputType(typeof(PlanStep))]
[OutputType(typeof(Job))]
public sealed class StartBlueGreenDeploymentCommand : AppChangesCmdlet
{
    private const string ByPath = "Path";
    private const string ByApp = "InputObject";
    private const string ByDefinition = "Definition";

    // Numbers, since a field with a value type of the engine has it loaded before ModuleInitializer can say from where.
    private int _onDrainTimeout = (int)DrainTimeoutAction.Hold;
    private int _onFailure = (int)FailureAction.Hold;

    /// <summary>Files with app definitions, in JSON or YAML.</summary>
    [Parameter(ParameterSetName = ByPath, Mandatory = true, Position = 0)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Path { get; set; } = [];

    /// <summary>A live app, of which the new colour is made with the changes that are asked for.</summary>
    [Parameter(ParameterSetName = ByApp, Mandatory = true, ValueFromPipeline = true)]
    [ValidateNotNull]
    public MarathonApp? InputObject { get; set; }

    /// <summary>The definition itself.</summary>
    [Parameter(ParameterSetName = ByDefinition, Mandatory = true)]
    [ValidateNotNull]
    public IDictionary? Definition { get; set; }

    /// <summary>How many instances the new colour starts with.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int InitialInstances { get; set; } = 1;

    /// <summary>Grows the new colour by so many instances at each step, instead of by half of what is there.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int? LinearIncrease { get; set; }

    /// <summary>Grows the new colour to its full number in one step.</summary>
    [Parameter]
    public SwitchParameter AllAtOnce { get; set; }

    /// <summary>Grows the new colour in these steps: shares of its full number, or numbers of instances.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] Step { get; set; } = [];

    /// <summary>How many instances the service has in the end; without it, as many as before.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int? Instances { get; set; }

    /// <summary>Keeps both colours: so many instances of the new one, and the rest of the old one.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int? NewInstances { get; set; }

    /// <summary>How long a step may take until the new colour's tasks are healthy.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int HealthTimeoutSec { get; set; } = 300;

    /// <summary>How long the sessions of tasks that left the pool may take to end.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int DrainTimeoutSec { get; set; } = 300;

    /// <summary>What to do when they do not end in that time.</summary>
    [Parameter]
    public DrainTimeoutAction OnDrainTimeout { get => (DrainTimeoutAction)_onDrainTimeout; set => _onDrainTimeout = (int)value; }

    /// <summary>What to do when the new colour does not get healthy in time, or a gate refuses it.</summary>
    [Parameter]
    public FailureAction OnFailure { get => (FailureAction)_onFailure; set => _onFailure = (int)value; }

    /// <summary>The service's own gauge of pending operations: a path with a JSON pointer, or a script block.</summary>
    [Parameter]
    [ValidateNotNull]
    public object? PendingOperations { get; set; }

    /// <summary>Called before tasks are killed: a script block or a program.</summary>
    [Parameter]
    [ValidateNotNull]
    public object? PreKill { get; set; }

    /// <summary>Asked after each step, before the next one.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public ScriptBlock[] Gate { get; set; } = [];

    /// <summary>Does not ask, and goes on where the preflight would refuse.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Deploys as a job, which is put out.</summary>
    [Parameter]
    public SwitchParameter AsJob { get; set; }

    private protected override bool AnswersYes => Force;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        TryAll(() =>
        {
            RefuseJobThatAsks(AsJob);
            GrowthAskedFor();
        });
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (AsJob && !IsWhatIf) StartJob();
        else if (InputObject is { } app) Try(app.Id, () => Deploy(AppDefinition.FromApp(app)));
        else if (Definition is not null) Try(Definition["id"], () => Deploy(DefinitionSource.From(Definition)));
        else TryEachDefinition(Path, Deploy);
    }

    private void Deploy(AppDefinition original)
    {
        var definition = WhatChanges.Count == 0 ? original : original.With(Changes());
        Preflight(definition);
        if (IsWhatIf) WriteObject(Run(call => DeployerFor(call).PlanAsync(definition, Policy(definition), call.Token)), enumerateCollection: true);
        else DeploymentOutput.Write(this, Run(call => DeployerFor(call).DeployAsync(definition, Policy(definition), call.Token)));
    }

    private BlueGreenDeployer DeployerFor(EngineCall call) => Deployer(call, PreKillHook.Of(PreKill, this, call), PendingOperations).WithGate(ScriptGate.Of(Gate, call));

    private Growth GrowthAskedFor() =>
        GrowthChoice.Of(Step, LinearIncrease, AllAtOnce, MyInvocation.BoundParameters.ContainsKey(nameof(InitialInstances)));

    private void Preflight(AppDefinition definition)
    {
        var findings = AppPreflight.Check(definition);
        var refused = !AppPreflight.Passes(findings) && !Force;
        foreach (var finding in findings)
        {
            var text = LogText.Safe($"{finding.Message} {finding.Remedy}");
            if (finding.Severity == PreflightSeverity.Information) WriteVerbose(text);
            else if (finding.Severity == PreflightSeverity.Warning || !refused) WriteWarning(text);
        }

        if (!refused) return;
        var errors = findings.Where(f => f.Severity == PreflightSeverity.Error).ToList();
        throw new BlueGreenException(
            ErrorKind.Unsafe, "PreflightFailed",
            $"{AppIds.Absolute(definition.Id ?? "")} is not deployed: {string.Join(" ", errors.Select(f => f.Message))}",
            $"{string.Join(" ", errors.Select(f => f.Remedy))} Test-BlueGreenApp -Detailed shows all findings; -Force goes on all the same.",
            definition.Id);
    }

    private RolloutPolicy Policy(AppDefinition definition) => new()
    {
        InitialInstances = InitialInstances,
        Growth = GrowthAskedFor(),
        // What the definition asks for counts too: a deployment can grow or shrink the service.
        Instances = Instances ?? definition.Instances,
        NewInstances = NewInstances ?? 0,
        HealthTimeout = TimeSpan.FromSeconds(HealthTimeoutSec),
        DrainTimeout = TimeSpan.FromSeconds(DrainTimeoutSec),
        OnDrainTimeout = OnDrainTimeout,
        OnFailure = OnFailure,
        Force = Force,
        AllowNoLock = Force,
    };
}
