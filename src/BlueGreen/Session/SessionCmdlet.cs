using System.Management.Automation;
using BlueGreen.Deployment;
using BlueGreen.Engine;
using BlueGreen.Engine.Deployment;
using BlueGreen.Engine.Marathon;
using BlueGreen.Hosting;

namespace BlueGreen.Session;

/// <summary>A cmdlet that works on a cluster.</summary>
public abstract class SessionCmdlet : EngineCmdlet
{
    /// <summary>The session to use; without it, the one that this runspace opened last.</summary>
    [Parameter]
    [ValidateNotNull]
    [SessionFromName]
    [ArgumentCompleter(typeof(SessionCompleter))]
    public BlueGreenSession? Session { get; set; }

    /// <summary>The session in use.</summary>
    private protected BlueGreenSession Connected { get; private set; } = null!;

    /// <summary>Marathon of the session in use.</summary>
    private protected IMarathon Cluster => Connected.Cluster.Marathon;

    /// <summary>True under -WhatIf; for cmdlets that show a whole plan instead of one line a change.</summary>
    private protected bool IsWhatIf => MyInvocation.BoundParameters.TryGetValue("WhatIf", out var flag)
        ? ((SwitchParameter)flag).IsPresent
        : LanguagePrimitives.IsTrue(GetVariableValue("WhatIfPreference"));

    /// <summary>What deploys on the session's cluster.</summary>
    private protected BlueGreenDeployer Deployer(EngineCall call, IPreKillHook? preKill = null, object? pendingOperations = null) => Connected.Cluster.CreateDeployer(
        call.Sink, call.Approval, preKill, PendingOperationsGauge.Of(pendingOperations, Connected.Cluster, call));

    /// <summary>Has a job do this cmdlet's work, and puts it out.</summary>
    private protected void StartJob() => WriteObject(JobStart.Start(this, Connected, Connected.MarathonUri[0].ToString()));

    /// <summary>In a job nobody can be asked, and an answer that is missing in mid-way would leave the work half done.</summary>
    private protected void RefuseJobThatAsks(bool asJob)
    {
        var asks = MyInvocation.BoundParameters.TryGetValue("Confirm", out var confirm) && ((SwitchParameter)confirm).IsPresent;
        if (!asJob || IsWhatIf || (AnswersYes && !asks)) return;
        throw new BlueGreenException(
            ErrorKind.InvalidArgument, "ConfirmationNeeded", "A job cannot ask whether tasks may be killed.", "Give -Force with -AsJob, and no -Confirm.");
    }

    /// <inheritdoc/>
    protected override void BeginProcessing() => TryAll(() => Connected = Find());

    /// <inheritdoc/>
    private protected override string Describe(string target) => $"{target} on {Connected.MarathonUri[0]}";

    /// <inheritdoc/>
    private protected override IDisposable? Listen(IEngineSink sink) => Connected.Cluster.Listen(sink);

    private BlueGreenSession Find()
    {
        var session = Session ?? State.Default ?? throw new BlueGreenException(
            ErrorKind.InvalidArgument, "NotConnected", "There is no session to work with.",
            "Open one with Connect-BlueGreen -MarathonUri <uri> -MarathonLbUri <uri>, or start a cluster of your own with Start-BlueGreenLab.");
        return session.IsOpen ? session : throw new BlueGreenException(
            ErrorKind.InvalidArgument, "SessionClosed", $"The session '{session.Name}' is closed.", "Open a new one with Connect-BlueGreen.",
            session.Name);
    }
}
