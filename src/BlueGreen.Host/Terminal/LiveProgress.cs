using System.Text;

namespace BlueGreen.Host.Terminal;

/// <summary>Progress on a terminal: an area below the text, a bar an activity, drawn anew at most ten times a second.</summary>
internal sealed class LiveProgress(TextWriter output, TimeProvider clock) : IProgressView
{
    private const int MostLines = 8;
    private const int BarWidth = 20;
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(100);

    private readonly TerminalScreen _screen = new();
    private readonly List<Entry> _entries = [];
    private int _drawn;
    private long? _drawnAt;
    private bool _suspended;

    public void Show(long sourceId, ProgressRecord record, bool atLineStart)
    {
        var at = Find(sourceId, record.ActivityId);
        if (record.RecordType == ProgressRecordType.Completed)
        {
            if (at < 0)
                return;
            _entries.RemoveAt(at);
            Draw(atLineStart);
            return;
        }

        if (at < 0)
            Insert(new Entry(sourceId, record));
        else
            _entries[at] = new Entry(sourceId, record);
        if (_drawnAt is null || clock.GetElapsedTime(_drawnAt.Value) >= Between)
            Draw(atLineStart);
    }

    public void Hide()
    {
        if (_drawn == 0)
            return;
        // The cursor rests on the area's first line: everything from there on is the area.
        output.Write("\r\u001b[J\u001b[?25h");
        output.Flush();
        _drawn = 0;
        _drawnAt = null;
    }

    public void Clear()
    {
        Hide();
        _entries.Clear();
    }

    public void Suspend()
    {
        Hide();
        _suspended = true;
    }

    public void Resume() => _suspended = false;

    private int Find(long source, int activity) =>
        _entries.FindIndex(entry => entry.Source == source && entry.Record.ActivityId == activity);

    // A child stands below its parent, whatever the order in which they came.
    private void Insert(Entry entry)
    {
        var parent = Find(entry.Source, entry.Record.ParentActivityId);
        if (parent < 0)
            _entries.Add(entry);
        else
            _entries.Insert(parent + 1, entry);
    }

    private void Draw(bool atLineStart)
    {
        Hide();
        if (_suspended || !atLineStart || _entries.Count == 0)
            return;

        var width = Math.Max(20, _screen.WindowSize.Width - 1);
        var lines = _entries.Take(MostLines).Select(entry => Line(entry.Record, width)).ToList();
        var text = new StringBuilder("\u001b[?25l").AppendJoin("\n", lines);
        text.Append('\r');
        if (lines.Count > 1)
            text.Append($"\u001b[{lines.Count - 1}A");
        output.Write(text);
        output.Flush();
        _drawn = lines.Count;
        _drawnAt = clock.GetTimestamp();
    }

    private static string Line(ProgressRecord record, int width)
    {
        var indent = record.ParentActivityId >= 0 ? "  " : "";
        var bar = record.PercentComplete >= 0 ? $"{Bar(record.PercentComplete)} {record.PercentComplete,3}% " : "";
        var rest = record.SecondsRemaining >= 0 ? $" {TimeSpan.FromSeconds(record.SecondsRemaining):c} left" : "";
        var text = $"{indent}{record.Activity} {bar}{record.StatusDescription}{rest}{Operation(record)}".ReplaceLineEndings(" ");
        var fitting = text.Length <= width ? text : text[..(width - 1)] + "…";
        return Colours.Wanted ? PSStyle.Instance.Progress.Style + fitting + PSStyle.Instance.Reset : fitting;
    }

    private static string Operation(ProgressRecord record) =>
        string.IsNullOrWhiteSpace(record.CurrentOperation) ? "" : $" · {record.CurrentOperation}";

    private static string Bar(int percent)
    {
        var full = Math.Clamp(percent, 0, 100) * BarWidth / 100;
        return $"[{new string('#', full)}{new string('.', BarWidth - full)}]";
    }

    private sealed record Entry(long Source, ProgressRecord Record);
}
