using System.Management.Automation;
using BlueGreen.Engine.Deployment;
using BlueGreen.Hosting;

namespace BlueGreen.Deployment;

/// <summary>A cmdlet that takes a deployment that is half-way on to the new colour.</summary>
public abstract class GoForwardCmdlet : GoOnCmdlet
{
    /// <summary>Asked after each step, before the next one.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public ScriptBlock[] Gate { get; set; } = [];

    private protected override IStepGate? GateFor(EngineCall call) => ScriptGate.Of(Gate, call);
}
