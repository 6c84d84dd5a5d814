using System.Management.Automation;
using System.Management.Automation.Host;
using System.Management.Automation.Runspaces;
using BlueGreen.Engine;
using BlueGreen.Engine.Deployment;
using BlueGreen.Engine.Marathon;
using BlueGreen.Session;

namespace BlueGreen.Hosting;

/// <summary>
/// A cmdlet that has the engine work for it: the engine runs on other threads, and everything it says comes out on the pipeline's.
/// </summary>
public abstract class EngineCmdlet : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource _stop = new();

    /// <summary>What belongs to this runspace: sessions and a lab.</summary>
    private protected RunspaceOwned State => RunspaceOwned.Of(Runspace.DefaultRunspace);

    /// <summary>Whether questions are answered with yes; cmdlets that ask have a switch for it.</summary>
    private protected virtual bool AnswersYes => false;

    /// <summary>How a target is called in questions to the user.</summary>
    private protected virtual string Describe(string target) => target;

    /// <summary>Only cancels; the pipeline's thread sees to the rest.</summary>
    protected override void StopProcessing()
    {
        try
        {
            _stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The work had ended just before.
        }
    }

    /// <summary>Runs work of the engine to its end, whatever happens meanwhile.</summary>
    /// <exception cref="BlueGreenException">What the engine could not do.</exception>
    /// <exception cref="PipelineStoppedException">The user stopped it; the work has ended.</exception>
    private protected T Run<T>(Func<EngineCall, Task<T>> work)
    {
        using var pump = new PipelinePump(this, Ask, _stop.Token);
        try
        {
            return pump.Run(async call =>
            {
                using var _ = Listen(call.Sink);
                return await work(call).ConfigureAwait(false);
            });
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
    }

    /// <summary>Runs work of the engine that yields nothing.</summary>
    private protected void Run(Func<EngineCall, Task> work) => Run(async call =>
    {
        await work(call).ConfigureAwait(false);
        return true;
    });

    /// <summary>Does one of several things: what the engine cannot do is an error about this one, and the others go on.</summary>
    /// <returns>False when it could not be done.</returns>
    private protected bool Try(object? target, Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (BlueGreenException error)
        {
            WriteError(ErrorRecords.From(error, target));
            return false;
        }
    }

    /// <summary>Does the same with the app definition in each of several files, whose paths may have wildcards.</summary>
    private protected void TryEachDefinition(IEnumerable<string> paths, Action<AppDefinition> action)
    {
        foreach (var path in paths)
        {
            Try(path, () =>
            {
                foreach (var file in ResolveFiles(path)) Try(file, () => action(AppDefinition.FromFile(file)));
            });
        }
    }

    /// <summary>Does the only thing: what the engine cannot do ends the cmdlet.</summary>
    private protected void TryAll(Action action)
    {
        try
        {
            action();
        }
        catch (BlueGreenException error)
        {
            ThrowTerminatingError(ErrorRecords.From(error, null));
        }
    }

    /// <summary>Has the sink hear what the work at hand causes elsewhere, until the result is disposed.</summary>
    private protected virtual IDisposable? Listen(IEngineSink sink) => null;

    /// <summary>Asks the user about a change; one that kills tasks is asked about twice, unless the answer was given beforehand.</summary>
    private protected bool Ask(PlannedAct act)
    {
        var target = LogText.Safe(Describe(act.Target));
        var action = LogText.Safe(act.Action);
        var caption = string.IsNullOrEmpty(act.Reason) ? action : LogText.Safe($"{act.Action} ({act.Reason})");
        return ShouldProcess(target, caption) && (!act.Destructive || AnswersYes || AskAgain($"{action}?", target));
    }

    private bool AskAgain(string question, string target)
    {
        try
        {
            return ShouldContinue(question, target);
        }
        catch (Exception error) when (error is HostException or PSInvalidOperationException or NotSupportedException or NotImplementedException)
        {
            throw new BlueGreenException(
                ErrorKind.InvalidArgument, "ConfirmationNeeded", $"{target}: tasks would be killed, and nobody can be asked here.",
                "Give -Force, which answers with yes.", target, error);
        }
    }

    /// <summary>Full paths of the files that a path with wildcards, relative to the runspace's location, stands for.</summary>
    /// <exception cref="BlueGreenException"><c>FileNotFound</c>, <c>NotAFile</c>.</exception>
    private protected IReadOnlyList<string> ResolveFiles(string path)
    {
        try
        {
            var files = SessionState.Path.GetResolvedProviderPathFromPSPath(path, out var provider);
            if (provider.Name == "FileSystem") return [.. files];
        }
        catch (ItemNotFoundException error)
        {
            throw new BlueGreenException(
                ErrorKind.NotFound, "FileNotFound", $"There is no file '{path}'.", "Check the path; a relative one begins at the current location.",
                path, error);
        }

        throw new BlueGreenException(
            ErrorKind.InvalidArgument, "NotAFile", $"'{path}' is not in the file system.", "Give the path of a file.", path);
    }

    /// <summary>Called by PowerShell when the cmdlet has ended.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Lets go of what the cmdlet holds.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing) _stop.Dispose();
    }
}
