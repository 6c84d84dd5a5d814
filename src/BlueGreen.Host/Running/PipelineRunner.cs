using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;
using BlueGreen.Host.Terminal;

namespace BlueGreen.Host.Running;

/// <summary>Runs commands with their output on the terminal, one at a time, and stops the one that runs when asked to.</summary>
internal sealed class PipelineRunner(Runspace runspace, TerminalHost host)
{
    private readonly Lock _gate = new();
    private PowerShell? _running;
    private bool _closed;

    public Runspace Runspace => runspace;

    /// <summary>Runs a script file; true when it ended without an unhandled error.</summary>
    public bool RunFile(string path, IEnumerable<CommandParameter> arguments, bool exitEndsHost)
    {
        var isScript = path.EndsWith(".ps1", StringComparison.OrdinalIgnoreCase);
        var command = isScript
            ? new Command(path, isScript: false, useLocalScope: false)
            : new Command(File.ReadAllText(path), isScript: true, useLocalScope: false);
        foreach (var argument in arguments)
            command.Parameters.Add(argument);
        if (exitEndsHost && isScript)
            EngineInternals.LetExitEndHost(runspace);
        return Run(command, ReadsInput(Parser.ParseFile(path, out _, out _)), out _);
    }

    /// <summary>Runs command text; true when its last statement succeeded.</summary>
    public bool RunText(string text)
    {
        var command = new Command(text, isScript: true, useLocalScope: false);
        return Run(command, ReadsInput(Parser.ParseInput(text, out _, out _)), out var lastStatement) && lastStatement;
    }

    /// <summary>Runs one line of the prompt and adds it to the history.</summary>
    public void RunLine(string line) => Run(new Command(line, isScript: true, useLocalScope: false), readsInput: false, out _, history: true);

    /// <summary>Runs a command of the host's own, with no output on the terminal; an error gives no results.</summary>
    public IReadOnlyList<PSObject> Ask(string text)
    {
        using var shell = PowerShell.Create(runspace);
        try
        {
            return shell.AddScript(text, useLocalScope: true).Invoke();
        }
        catch (RuntimeException)
        {
            return [];
        }
    }

    /// <summary>Stops the command that runs; false when none does.</summary>
    public bool Stop()
    {
        lock (_gate)
        {
            _running?.BeginStop(callback: null, state: null);
            return _running is not null;
        }
    }

    /// <summary>Stops the command that runs and lets none begin after it.</summary>
    public void Close()
    {
        lock (_gate)
            _closed = true;
        Stop();
    }

    private static bool ReadsInput(Ast ast) => Console.IsInputRedirected
        && ast.Find(node => node is VariableExpressionAst variable
            && variable.VariablePath.UserPath.Equals("input", StringComparison.OrdinalIgnoreCase), searchNestedScriptBlocks: false) is not null;

    private bool Run(Command command, bool readsInput, out bool lastStatement, bool history = false)
    {
        lastStatement = false;
        using var shell = PowerShell.Create(runspace);
        command.MergeMyResults(PipelineResultTypes.Error, PipelineResultTypes.Output);
        shell.Commands.AddCommand(command).AddCommand("Out-Default");
        lock (_gate)
        {
            if (_closed)
                return false;
            _running = shell;
        }

        try
        {
            var settings = new PSInvocationSettings { AddToHistory = history };
            shell.Invoke(readsInput ? StandardInput() : null, settings);
            lastStatement = runspace.SessionStateProxy.GetVariable("?") is true;
            return true;
        }
        catch (PipelineStoppedException)
        {
            return false;
        }
        catch (RuntimeException failure)
        {
            Report(failure.ErrorRecord);
            return false;
        }
        finally
        {
            lock (_gate)
                _running = null;
            host.Interface.ClearProgress();
        }
    }

    private static IEnumerable<string> StandardInput()
    {
        while (Console.In.ReadLine() is { } line)
            yield return line;
    }

    private void Report(ErrorRecord error)
    {
        using var shell = PowerShell.Create(runspace);
        try
        {
            shell.AddCommand("Out-Default").Invoke(new[] { EngineInternals.AsErrorOutput(error) });
        }
        catch (RuntimeException)
        {
            // A broken error view must not hide the error itself.
            host.Interface.WriteErrorLine(error.ToString());
        }
    }
}
