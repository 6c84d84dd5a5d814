using System.Collections.Concurrent;
using System.Management.Automation;

namespace BlueGreen.Acceptance.Support;

/// <summary>A script that runs beside the test.</summary>
internal sealed class RunningScript
{
    private readonly ConcurrentQueue<string> _told = new();

    public RunningScript(PowerShell shell)
    {
        shell.Streams.Progress.DataAdded += (sender, added) => _told.Enqueue(((PSDataCollection<ProgressRecord>)sender!)[added.Index].StatusDescription);
        Outcome = Task.Run(() =>
        {
            using (shell) return Support.Outcome.Of(shell, () => shell.Invoke());
        });
    }

    /// <summary>What its progress said until now.</summary>
    public IReadOnlyCollection<string> Told => _told;

    /// <summary>What came out of it in the end.</summary>
    public Task<Outcome> Outcome { get; }
}
