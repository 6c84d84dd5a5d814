using System.Management.Automation;
using System.Management.Automation.Internal;
using System.Management.Automation.Runspaces;

namespace BlueGreen.Acceptance.Support;

/// <summary>A runspace into which the module is imported, with a terminal of 120 columns that is recorded.</summary>
internal sealed class ModuleRunspace : IDisposable
{
    private readonly Runspace _runspace;

    public ModuleRunspace()
    {
        var manifest = BuiltModule.Manifest;
        _runspace = RunspaceFactory.CreateRunspace(Terminal, InitialSessionState.CreateDefault2());
        _runspace.Open();
        Run("Import-Module $args[0] -ErrorAction Stop", manifest).ThrowIfFailed();
    }

    /// <summary>What the user sees and answers.</summary>
    public RecordingHost Terminal { get; } = new();

    /// <summary>Runs a script to its end.</summary>
    public Outcome Run(string script, params object?[] arguments)
    {
        using var shell = Shell(script, arguments);
        return Outcome.Of(shell, () => shell.Invoke());
    }

    /// <summary>Begins a script, and tells meanwhile what its progress says.</summary>
    public RunningScript Begin(string script, params object?[] arguments) => new(Shell(script, arguments));

    /// <summary>Runs a script, and stops it as Ctrl-C does as soon as the condition holds.</summary>
    public async Task<Outcome> RunAndStopAsync(string script, Func<bool> when, params object?[] arguments)
    {
        using var shell = Shell(script, arguments);
        using var output = new PSDataCollection<PSObject>();
        var running = shell.BeginInvoke<PSObject, PSObject>(null, output);
        await Eventually.IsTrueAsync(when, "the script has come to where it is to be stopped");
        await Task.Factory.FromAsync(shell.BeginStop(null, null), shell.EndStop);
        return Outcome.Of(shell, () =>
        {
            shell.EndInvoke(running);
            return output;
        });
    }

    /// <summary>What a script shows on the terminal, errors among it, without colours.</summary>
    public string Render(string script, params object?[] arguments)
    {
        Terminal.Clear();
        using var shell = Shell(script, arguments);
        shell.Commands.Commands[0].MergeMyResults(PipelineResultTypes.Error, PipelineResultTypes.Output);
        shell.AddCommand("Out-Default");
        shell.Invoke();
        return new StringDecorated(Terminal.Text).ToString(OutputRendering.PlainText);
    }

    /// <summary>Values that completion offers behind the text.</summary>
    public IReadOnlyList<string> Complete(string text)
    {
        using var shell = PowerShell.Create();
        shell.Runspace = _runspace;
        return [.. CommandCompletion.CompleteInput(text, text.Length, null, shell).CompletionMatches.Select(m => m.CompletionText)];
    }

    public void Dispose() => _runspace.Dispose();

    private PowerShell Shell(string script, object?[] arguments)
    {
        var shell = PowerShell.Create();
        shell.Runspace = _runspace;
        shell.AddScript(script);
        foreach (var argument in arguments) shell.AddArgument(argument);
        return shell;
    }
}
