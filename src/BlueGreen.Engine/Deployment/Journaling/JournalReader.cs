using System.Text;
using Newtonsoft.Json;

namespace BlueGreen.Engine.Deployment.Journaling;

/// <summary>Reads journals, one line after the other.</summary>
internal static class JournalReader
{
    private const string LookStart = "{\"is\":\"Look\"";

    /// <summary>Every entry of a journal. The last line of a driver that was killed may be torn: it is left out.</summary>
    /// <param name="path">The file.</param>
    /// <param name="withLooks">False to leave out the looks, which are most of the file.</param>
    /// <exception cref="BlueGreenException"><c>JournalUnreadable</c> with file and line; <c>JournalNotFound</c>.</exception>
    public static IEnumerable<JournalEntry> Read(string path, bool withLooks = true)
    {
        using var reader = Open(path);
        var (number, line) = (1, NextLine(reader, path));
        if (line is null) throw Unreadable(path, 1, "it is empty");
        while (line is not null)
        {
            var next = NextLine(reader, path);
            if (withLooks || !line.StartsWith(LookStart, StringComparison.Ordinal))
            {
                var entry = Parse(path, number, line, isLast: next is null);
                if (entry is not null) yield return entry;
            }

            (number, line) = (number + 1, next);
        }
    }

    private static JournalEntry? Parse(string path, int number, string line, bool isLast)
    {
        JournalEntry entry;
        try
        {
            entry = JournalJson.Read(line);
        }
        catch (Exception error) when (error is JsonException or BlueGreenException or ArgumentException or FormatException or InvalidCastException or OverflowException)
        {
            if (isLast && number > 1) return null;
            throw Unreadable(path, number, error.Message, error);
        }

        if (number == 1 != entry is JournalEntry.Header) throw Unreadable(path, number, number == 1 ? "it does not begin with a header" : "there is a second header");
        return entry is JournalEntry.Header { Format: not Journal.Format } header
            ? throw Unreadable(path, number, $"it has the format {header.Format}, and this version of the module reads {Journal.Format}")
            : entry;
    }

    private static StreamReader Open(string path)
    {
        try
        {
            // It may be written still.
            return new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete), Encoding.UTF8);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new BlueGreenException(ErrorKind.NotFound, "JournalNotFound", $"There is no journal {path}.", "Get-BlueGreenHistory lists those that are there.", path, error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw Unreadable(path, 1, error.Message, error);
        }
    }

    private static string? NextLine(StreamReader reader, string path)
    {
        try
        {
            return reader.ReadLine();
        }
        catch (IOException error)
        {
            throw Unreadable(path, 1, error.Message, error);
        }
    }

    private static BlueGreenException Unreadable(string path, int line, string why, Exception? cause = null) => new(
        ErrorKind.InvalidData, "JournalUnreadable", $"The journal {path} cannot be read, line {line}: {why}",
        "It is no journal of this module, or was changed or cut. Move it to another folder.", path, cause);
}
