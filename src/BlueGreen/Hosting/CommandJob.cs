using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace BlueGreen.Hosting;

/// <summary>A cmdlet of this module that goes on in a runspace of its own, as a job: Get-Job, Wait-Job, Receive-Job and Stop-Job know it.</summary>
/// <remarks>
/// It has failed when the cmdlet had an error, although its result came out all the same: a deployment that is held must not look like one that
/// is completed.
/// </remarks>
internal sealed class CommandJob : Job
{
    private readonly PowerShell _shell;
    private readonly Runspace _runspace;
    private readonly object _gate = new();
    private volatile bool _hadErrors;
    private string _status = "";

    /// <summary>A job that was not started yet.</summary>
    /// <param name="shell">The cmdlet with its arguments, in a runspace that the job owns from now on.</param>
    /// <param name="command">The command line that it came from.</param>
    /// <param name="location">The cluster that it works on.</param>
    public CommandJob(PowerShell shell, string command, string location)
        : base(command)
    {
        (_shell, _runspace, Location) = (shell, shell.Runspace, location);
        PSJobTypeName = "BlueGreenJob";
        var streams = shell.Streams;
        (Error, Warning, Verbose, Debug, Information, Progress) =
            (streams.Error, streams.Warning, streams.Verbose, streams.Debug, streams.Information, streams.Progress);
        Error.DataAdded += (_, _) => _hadErrors = true;
        Progress.DataAdding += (_, progress) => Volatile.Write(ref _status, ((ProgressRecord)progress.ItemAdded).StatusDescription);
        shell.InvocationStateChanged += (_, change) => Follow(change.InvocationStateInfo);
    }

    /// <inheritdoc/>
    public override bool HasMoreData =>
        Output.Count > 0 || Error.Count > 0 || Warning.Count > 0 || Verbose.Count > 0 || Debug.Count > 0 || Information.Count > 0 || Progress.Count > 0;

    /// <inheritdoc/>
    public override string Location { get; }

    /// <summary>What it does or waits for, as its progress says.</summary>
    public override string StatusMessage => Volatile.Read(ref _status);

    private bool HasEnded => JobStateInfo.State is JobState.Completed or JobState.Failed or JobState.Stopped;

    public void Start()
    {
        SetJobState(JobState.Running);
        _shell.BeginInvoke<PSObject, PSObject>(null, Output);
    }

    /// <summary>Cancels it as Ctrl+C does, and comes back when it has ended.</summary>
    public override void StopJob()
    {
        lock (_gate)
        {
            if (HasEnded) return;
            var began = JobStateInfo.State != JobState.NotStarted;
            SetJobState(began ? JobState.Stopping : JobState.Stopped);
            if (!began) return;
        }

        _shell.Stop();
        Finished.WaitOne();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            StopJob();
            _shell.Dispose();
            _runspace.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Follow(PSInvocationStateInfo info)
    {
        JobState? state = info.State switch
        {
            PSInvocationState.Completed => _hadErrors ? JobState.Failed : JobState.Completed,
            PSInvocationState.Failed => JobState.Failed,
            PSInvocationState.Stopped => JobState.Stopped,
            _ => null,
        };
        if (state is not { } ended) return;
        if (info is { State: PSInvocationState.Failed, Reason: { } reason })
        {
            Error.Add((reason as RuntimeException)?.ErrorRecord ?? new ErrorRecord(reason, "JobFailed", ErrorCategory.NotSpecified, null));
        }

        lock (_gate) SetJobState(ended);
        // Not here: this is called by the pipeline, for the end of which closing would wait.
        Task.Run(_runspace.Dispose);
    }
}
