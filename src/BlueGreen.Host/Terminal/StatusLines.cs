namespace BlueGreen.Host.Terminal;

/// <summary>
/// Progress where there is no terminal, as in a build's log: a line when the activity or its status has changed, and one now
/// and then when only the percentage moves.
/// </summary>
internal sealed class StatusLines(TextWriter output, TimeProvider clock) : IProgressView
{
    private static readonly TimeSpan BetweenChanges = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan BetweenPercentages = TimeSpan.FromSeconds(10);

    private readonly Dictionary<(long Source, int Activity), Entry> _entries = [];

    public void Show(long sourceId, ProgressRecord record, bool atLineStart)
    {
        var key = (sourceId, record.ActivityId);
        if (record.RecordType == ProgressRecordType.Completed)
        {
            // The last status is the one worth having: it must not be lost to the rate.
            if (_entries.Remove(key, out var last) && last.Waiting is { } line)
                output.WriteLine(line);
            return;
        }

        if (!_entries.TryGetValue(key, out var entry))
            _entries.Add(key, entry = new Entry());
        var text = Text(record);
        var isNew = text != entry.Text;
        var now = clock.GetTimestamp();
        entry.Waiting = isNew ? Line(text, record) : entry.Waiting;
        if (!isNew && entry.Waiting is null && record.PercentComplete == entry.Percent)
            return;

        var pause = isNew || entry.Waiting is not null ? BetweenChanges : BetweenPercentages;
        if (entry.WrittenAt is { } written && clock.GetElapsedTime(written, now) < pause)
        {
            entry.Text = text;
            return;
        }

        output.WriteLine(Line(text, record));
        (entry.Text, entry.Percent, entry.WrittenAt, entry.Waiting) = (text, record.PercentComplete, now, null);
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

    private static string Text(ProgressRecord record) => string.Join(": ",
        new[] { record.Activity, record.StatusDescription, record.CurrentOperation }.Where(part => !string.IsNullOrWhiteSpace(part)));

    private static string Line(string text, ProgressRecord record) =>
        record.PercentComplete >= 0 ? $"{text} ({record.PercentComplete}%)" : text;

    private sealed class Entry
    {
        public string? Text { get; set; }

        public int Percent { get; set; } = -1;

        public long? WrittenAt { get; set; }

        /// <summary>A change that came too soon after the line before it.</summary>
        public string? Waiting { get; set; }
    }
}
