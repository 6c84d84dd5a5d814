using System.Diagnostics;
using System.Management.Automation;
using BlueGreen.Engine;

namespace BlueGreen.Hosting;

/// <summary>Writes the newest state of each activity, at most five times a second, and completes each in the end.</summary>
internal sealed class ProgressWriter(Cmdlet cmdlet)
{
    private const int FirstId = 0x4247;
    private static readonly TimeSpan Spacing = TimeSpan.FromMilliseconds(200);

    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ProgressEvent> _waiting = new(StringComparer.Ordinal);
    private readonly Stopwatch _sinceLast = new();

    /// <summary>Milliseconds until something is to be written; -1 when nothing waits.</summary>
    public int DueIn => _waiting.Count == 0 ? Timeout.Infinite : (int)Math.Max(0, Math.Ceiling(Remaining.TotalMilliseconds));

    private TimeSpan Remaining => _sinceLast.IsRunning ? Spacing - _sinceLast.Elapsed : TimeSpan.Zero;

    /// <summary>Takes a state; one that waits already is out of date.</summary>
    public void Take(ProgressEvent progress) => _waiting[progress.Activity] = progress;

    /// <summary>Writes what waits, when it is time.</summary>
    public void WriteDue()
    {
        if (_waiting.Count == 0 || Remaining > TimeSpan.Zero) return;
        _sinceLast.Restart();
        var due = _waiting.Values.ToList();
        _waiting.Clear();
        foreach (var progress in due)
        {
            cmdlet.WriteProgress(Record(progress.Activity, progress.Status, progress.PercentComplete));
        }
    }

    /// <summary>Takes all activities off the screen.</summary>
    public void Complete()
    {
        foreach (var activity in _ids.Keys.ToList())
        {
            var record = Record(activity, "Done", 100);
            record.RecordType = ProgressRecordType.Completed;
            cmdlet.WriteProgress(record);
        }

        _ids.Clear();
    }

    private ProgressRecord Record(string activity, string status, int percent)
    {
        if (!_ids.TryGetValue(activity, out var id)) _ids.Add(activity, id = FirstId + _ids.Count);
        return new ProgressRecord(id, Text(activity), Text(status)) { PercentComplete = Math.Min(100, Math.Max(-1, percent)) };
    }

    /// <summary>ProgressRecord refuses empty text.</summary>
    private static string Text(string text) => string.IsNullOrWhiteSpace(text) ? "..." : LogText.Safe(text);
}
