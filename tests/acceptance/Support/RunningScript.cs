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

    /// <summary>Waits until it says that it waits for this, and has looked a few times more without going on.</summary>
    public async Task WaitsForAsync(string what, int looks)
    {
        await Eventually.IsTrueAsync(() => Outcome.IsCompleted || Says(), $"'{what}' is waited for");
        Assert.False(Outcome.IsCompleted, $"it was over without a wait for '{what}'");
        TestContext.Current.TestOutputHelper?.WriteLine($"{DateTime.UtcNow:HH:mm:ss.fff} {_told.Last()}");
        var seen = _told.Count;
        await Eventually.IsTrueAsync(() => Outcome.IsCompleted || (_told.Count >= seen + looks && Says()), $"'{what}' is waited for again and again");
        Assert.False(Outcome.IsCompleted, $"it did not wait for '{what}' for long");

        bool Says() => _told.LastOrDefault()?.Contains(what, StringComparison.Ordinal) == true;
    }
}
