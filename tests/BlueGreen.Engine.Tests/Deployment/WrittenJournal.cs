using BlueGreen.Engine.Deployment.Journaling;

namespace BlueGreen.Engine.Tests.Deployment;

/// <summary>A journal in memory, as the lines of the file that it would be.</summary>
internal sealed class WrittenJournal : IJournal
{
    public List<string> Lines { get; } = [];

    public IEnumerable<JournalEntry> Entries => Lines.Select(JournalJson.Read);

    public void Write(JournalEntry entry)
    {
        var line = new StringWriter();
        JournalJson.Write(line, entry);
        Lines.Add(line.ToString());
    }
}
