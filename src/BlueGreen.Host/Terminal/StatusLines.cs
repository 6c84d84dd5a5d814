namespace BlueGreen.Host.Terminal;

/// <summary>
/// Progress where there is no terminal, as in a build's log: a line when an activity's status has changed, one now and then
/// when only its percentage moves, and never more than a few lines a second.
/// </summary>
internal sealed class StatusLines(TextWriter output, TimeProvider clock) : IProgressView
{
    private static readonly TimeSpan BetweenLines = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan BetweenPercentages = TimeSpan.FromSeconds(10);

    private readonly Dictionary<(long Source, int Activity), Entry> _entries = [];
    private DateTimeOffset _writtenAt = DateTimeOffset.MinValue;

    public void Show(long sourceId, ProgressRecord record, bool atLineStart)
    {
        var key = (sourceId, record.ActivityId);
        if (record.RecordType == ProgressRecordType.Completed)
        {
            // The last status is the one worth having: it must not be lost to the rate.
            if (_entries.Remove(key, out var last) && last.IsNew)
                Write(last);
            return;
        }

        if (!_entries.TryGetValue(key, out var entry))
            _entries.Add(key, entry = new Entry());
        entry.Take(record);
        var now = clock.GetUtcNow();
        if (now - _writtenAt < BetweenLines)
            return;
        // The one that has waited longest, so that none talks the others down.
        var next = _entries.Values
            .Where(other => other.IsNew || (other.HasMoved && now - other.WrittenAt >= BetweenPercentages))
            .MinBy(other => other.WrittenAt);
        if (next is not null)
            Write(next);
    }

    public void Hide()
    {
    }

    public void Clear() => _entries.Clear();

    public void Suspend()
    {
    }

    public void Resume()
    {
    }

    private void Write(Entry entry)
    {
        _writtenAt = clock.GetUtcNow();
        output.WriteLine(entry.Line(_writtenAt));
    }

    private sealed class Entry
    {
        private string _text = "";
        private string _writtenText = "";
        private int _percent = -1;
        private int _writtenPercent = -1;

        public DateTimeOffset WrittenAt { get; private set; }

        public bool IsNew => _text != _writtenText;

        public bool HasMoved => _percent != _writtenPercent;

        public void Take(ProgressRecord record)
        {
            _text = string.Join(": ", new[] { record.Activity, record.StatusDescription, record.CurrentOperation }
                .Where(part => !string.IsNullOrWhiteSpace(part)));
            _percent = record.PercentComplete;
        }

        public string Line(DateTimeOffset now)
        {
            (_writtenText, _writtenPercent, WrittenAt) = (_text, _percent, now);
            return _percent >= 0 ? $"{_text} ({_percent}%)" : _text;
        }
    }
}
