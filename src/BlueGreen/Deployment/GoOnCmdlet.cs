using System.Collections.Immutable;
using System.Management.Automation;
using BlueGreen.Engine.Deployment;
using BlueGreen.Hosting;
using BlueGreen.Marathon;
using BlueGreen.Session;

namespace BlueGreen.Deployment;

/// <summary>A cmdlet that takes a deployment that is half-way to an end.</summary>
public abstract class GoOnCmdlet : SessionCmdlet
{
    /// <summary>The deployment groups.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Name", "DeploymentGroup")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(GroupCompleter))]
    public string[] Group { get; set; } = [];

    /// <summary>Grows by so many instances at each step, instead of by half of what is there.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int? LinearIncrease { get; set; }

    /// <summary>Grows in these steps: shares of the full number, or numbers of instances.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] Step { get; set; } = [];

    /// <summary>How long a step may take until its tasks are healthy.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int HealthTimeoutSec { get; set; } = 300;

    /// <summary>How long the sessions of tasks that left the pool may take to end.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int DrainTimeoutSec { get; set; } = 300;

    /// <summary>The service's own gauge of pending operations: a path with a JSON pointer, or a script block.</summary>
    [Parameter]
    [ValidateNotNull]
    public object? PendingOperations { get; set; }

    /// <summary>Called before tasks are killed: a script block or a program.</summary>
    [Parameter]
    [ValidateNotNull]
    public object? PreKill { get; set; }

    /// <summary>Does not ask before tasks are killed.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Goes on as a job, which is put out.</summary>
    [Parameter]
    public SwitchParameter AsJob { get; set; }

    private protected override bool AnswersYes => Force;

    /// <summary>What the parameters say.</summary>
    private protected virtual RolloutPolicy Policy() => new()
    {
        Growth = GrowthChoice.Of(Step, LinearIncrease),
        HealthTimeout = TimeSpan.FromSeconds(HealthTimeoutSec),
        DrainTimeout = TimeSpan.FromSeconds(DrainTimeoutSec),
        Force = Force,
        AllowNoLock = Force,
    };

    /// <summary>What is asked after each step; null for nothing.</summary>
    private protected virtual IStepGate? GateFor(EngineCall call) => null;

    /// <summary>Which way it goes.</summary>
    private protected virtual Direction Way => Direction.ForwardToTheEnd;

    private protected virtual Task<ImmutableArray<PlanStep>> PlanAsync(BlueGreenDeployer deployer, string group, RolloutPolicy policy, CancellationToken token) =>
        deployer.PlanAsync(group, Way, policy, token);

    private protected virtual Task<BlueGreenDeployment> GoOnAsync(BlueGreenDeployer deployer, string group, RolloutPolicy policy, CancellationToken token) =>
        deployer.GoOnAsync(group, Way, policy, token);

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        TryAll(() =>
        {
            RefuseJobThatAsks(AsJob);
            Policy();
        });
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (AsJob && !IsWhatIf) StartJob();
        else foreach (var group in Group) Try(group, () => GoOn(group));
    }

    private void GoOn(string group)
    {
        var policy = Policy();
        if (IsWhatIf) WriteObject(Run(call => PlanAsync(DeployerFor(call), group, policy, call.Token)), enumerateCollection: true);
        else DeploymentOutput.Write(this, Run(call => GoOnAsync(DeployerFor(call), group, policy, call.Token)));
    }

    private BlueGreenDeployer DeployerFor(EngineCall call) => Deployer(call, PreKillHook.Of(PreKill, this, call), PendingOperations).WithGate(GateFor(call));
}
