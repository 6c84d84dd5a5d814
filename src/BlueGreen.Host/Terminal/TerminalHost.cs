using System.Globalization;
using System.Management.Automation.Host;

namespace BlueGreen.Host.Terminal;

/// <summary>What the engine sees as <c>$Host</c>.</summary>
internal sealed class TerminalHost : PSHost, IDisposable
{
    private int _nestedPrompts;

    public TerminalHost(bool nonInteractive) => Interface = new TerminalInterface(nonInteractive);

    public TerminalInterface Interface { get; }

    /// <summary>What <c>exit</c> asked for; null until then.</summary>
    public int? ExitCode { get; private set; }

    /// <summary>Runs a prompt inside the running pipeline, for a choice of "Suspend"; set by the interactive session.</summary>
    public Action? NestedPrompt { get; set; }

    public bool LeavesNestedPrompt { get; private set; }

    public override string Name => "BlueGreen.Host";

    public override Version Version { get; } = typeof(TerminalHost).Assembly.GetName().Version!;

    public override Guid InstanceId { get; } = Guid.NewGuid();

    public override CultureInfo CurrentCulture { get; } = CultureInfo.CurrentCulture;

    public override CultureInfo CurrentUICulture { get; } = CultureInfo.CurrentUICulture;

    public override PSHostUserInterface UI => Interface;

    public override void SetShouldExit(int exitCode) => ExitCode ??= exitCode;

    public override void EnterNestedPrompt()
    {
        if (NestedPrompt is null)
            throw new PSNotSupportedException("This host has a nested prompt only when it was started with its own prompt.");
        _nestedPrompts++;
        try
        {
            NestedPrompt();
        }
        finally
        {
            _nestedPrompts--;
            LeavesNestedPrompt = false;
        }
    }

    public override void ExitNestedPrompt()
    {
        if (_nestedPrompts > 0)
            LeavesNestedPrompt = true;
    }

    public override void NotifyBeginApplication() => Interface.BeginApplication();

    public override void NotifyEndApplication() => Interface.EndApplication();

    public void Dispose() => Interface.ClearProgress();
}
