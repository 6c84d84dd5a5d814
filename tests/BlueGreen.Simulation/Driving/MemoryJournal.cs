using BlueGreen.Engine.Deployment.Journaling;

namespace BlueGreen.Simulation.Driving;

/// <summary>A driver's journal, as the lines of the file that it would be.</summary>
internal sealed class MemoryJournal : IJournal
{
    private readonly List<string> _lines = [];

    public void Write(JournalEntry entry)
    {
        var line = new StringWriter();
        JournalJson.Write(line, entry);
        _lines.Add(line.ToString());
    }

    /// <summary>Where a replay decides otherwise than the journal says; null where it nowhere does.</summary>
    public string? FindDifference() => Replay.Run(_lines.Select(JournalJson.Read)).Select(step => step.Difference).FirstOrDefault(difference => difference is not null);
}
