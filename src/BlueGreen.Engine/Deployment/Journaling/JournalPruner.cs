using System.Text;
using System.Text.RegularExpressions;

namespace BlueGreen.Engine.Deployment.Journaling;

/// <summary>
/// Keeps the newest journals of a folder. Only what is surely a journal of this module's, by its name and its first line, is ever
/// removed, and never one that somebody has open: a deployment that goes on, of this process or of another one.
/// </summary>
internal static class JournalPruner
{
    /// <summary>In one go; the rest goes with the next deployments.</summary>
    private const int MostAtOnce = 200;

    /// <summary>On a file system of another machine nothing may tell that a journal is being written.</summary>
    private static readonly TimeSpan Recent = TimeSpan.FromHours(1);

    private static readonly Regex Name = new(@"^\d{8}-\d{6}-\d{3}Z_[A-Za-z0-9_.-]*_\d+\.jsonl$", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));

    private static readonly byte[] FirstLine = Encoding.UTF8.GetBytes("{\"is\":\"Header\",");

    /// <summary>Removes all but the newest. What cannot be removed stays; nobody is held up for it.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="keep">How many to keep; 0 for all.</param>
    /// <param name="own">The journal that was just written: whatever the clocks say, it stays.</param>
    public static void Prune(string folder, int keep, string own)
    {
        if (keep <= 0) return;
        try
        {
            var journals = Directory.EnumerateFiles(folder, "*" + JournalFolder.Extension).Where(file => Name.IsMatch(Path.GetFileName(file)))
                .OrderByDescending(Path.GetFileName, StringComparer.Ordinal);
            foreach (var old in journals.Skip(keep).Reverse().Where(file => file != own).Take(MostAtOnce)) Remove(old);
        }
        catch (Exception error) when (JournalWriter.IsExpected(error))
        {
            // The folder cannot be listed: then nothing is pruned.
        }
    }

    private static void Remove(string file)
    {
        try
        {
            if ((File.GetAttributes(file) & FileAttributes.ReparsePoint) != 0) return;
            if (DateTime.UtcNow - File.GetLastWriteTimeUtc(file) > Recent && IsAbandonedJournal(file)) File.Delete(file);
        }
        catch (Exception error) when (JournalWriter.IsExpected(error))
        {
            // It stays.
        }
    }

    /// <summary>Who writes a journal, or reads one, has it open; and then it cannot be opened for oneself alone.</summary>
    private static bool IsAbandonedJournal(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        var (begin, read) = (new byte[FirstLine.Length], 0);
        while (read < begin.Length && file.Read(begin, read, begin.Length - read) is > 0 and var more) read += more;
        return begin.SequenceEqual(FirstLine);
    }
}
