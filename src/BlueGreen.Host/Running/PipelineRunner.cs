using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;
using BlueGreen.Host.Terminal;

namespace BlueGreen.Host.Running;

/// <summary>Runs commands with their output on the terminal, and stops the one that runs when asked to.</summary>
internal sealed class PipelineRunner(Runspace runspace, TerminalHost host)
{
    private readonly Lock _gate = new();
    // More than one when a command has opened a prompt of its own.
    private readonly Stack<Pipeline> _running = new();
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
        return Run(command, ReadsInput(() => Parser.ParseFile(path, out _, out _)));
    }

    /// <summary>Runs command text; true when its last statement succeeded.</summary>
    public bool RunText(string text) =>
        Run(Script(text), ReadsInput(() => Parser.ParseInput(text, out _, out _)), addToHistory: true) && LastStatementSucceeded();

    /// <summary>Runs a line of the prompt and adds it to the history.</summary>
    public void RunLine(string line) => Run(Script(line), readsInput: false, addToHistory: true);

    /// <summary>Runs a command of the host's own, with no output on the terminal; an error gives no results.</summary>
    public IReadOnlyList<PSObject> Ask(string text)
    {
        using var pipeline = Create(addToHistory: false);
        pipeline.Commands.AddScript(text, useLocalScope: true);
        try
        {
            return pipeline.Invoke();
        }
        catch (RuntimeException)
        {
            return [];
        }
    }

    /// <summary>Stops the command that runs, if one does.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            if (_running.TryPeek(out var pipeline))
                pipeline.StopAsync();
        }
    }

    /// <summary>Stops the command that runs and lets none begin after it.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            foreach (var pipeline in _running)
                pipeline.StopAsync();
        }
    }

    private static Command Script(string text) => new(text, isScript: true, useLocalScope: false);

    // Only a script that uses $input waits for standard input, as under pwsh.
    private static bool ReadsInput(Func<Ast> parse) => Console.IsInputRedirected
        && parse().Find(IsInputVariable, searchNestedScriptBlocks: false) is not null;

    private static bool IsInputVariable(Ast node) => node is VariableExpressionAst variable
        && variable.VariablePath.UserPath.Equals("input", StringComparison.OrdinalIgnoreCase);

    private Pipeline Create(bool addToHistory) => runspace.RunspaceAvailability == RunspaceAvailability.Available
        ? runspace.CreatePipeline("", addToHistory)
        : runspace.CreateNestedPipeline("", addToHistory);

    // The engine keeps $? only for what goes into the history.
    private bool LastStatementSucceeded() => Ask("$?") is [{ BaseObject: true }];

    private bool Run(Command command, bool readsInput, bool addToHistory = false)
    {
        using var pipeline = Create(addToHistory);
        command.MergeMyResults(PipelineResultTypes.Error, PipelineResultTypes.Output);
        pipeline.Commands.Clear();
        pipeline.Commands.Add(command);
        pipeline.Commands.Add("Out-Default");
        lock (_gate)
        {
            if (_closed)
                return false;
            _running.Push(pipeline);
        }

        try
        {
            pipeline.Invoke(readsInput ? StandardInput() : Array.Empty<object>());
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
                _running.Pop();
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
        using var pipeline = Create(addToHistory: false);
        pipeline.Commands.Clear();
        pipeline.Commands.Add("Out-Default");
        try
        {
            pipeline.Invoke(new[] { EngineInternals.AsErrorOutput(error) });
        }
        catch (RuntimeException)
        {
            // A broken error view must not hide the error itself.
            host.Interface.WriteErrorLine(error.ToString());
        }
    }
}
