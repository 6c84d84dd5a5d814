using System.Globalization;
using System.Reflection;
using System.Text;
using BlueGreen.Engine.Deployment.Locking;

namespace BlueGreen.Engine.Deployment.Journaling;

/// <summary>Takes what a deployment sees, decides and does.</summary>
internal interface IJournal
{
    /// <summary>Writes one entry. Never throws: a journal must not stop a deployment.</summary>
    void Write(JournalEntry entry);
}

/// <summary>The journal of one deployment: a file with a line an entry, made as soon as there is something to tell.</summary>
internal sealed class Journal : IJournal, IDisposable
{
    /// <summary>The version of the format that is written here.</summary>
    public const int Format = 1;

    private readonly string _folder;
    private readonly JournalEntry.Header _header;
    private readonly Action<string> _warn;
    private StreamWriter? _writer;
    private bool _hasFailed;

    /// <param name="folder">The folder; made where it is missing.</param>
    /// <param name="group">The deployment group.</param>
    /// <param name="does">What the deployment does, in words that go behind a name.</param>
    /// <param name="at">When it begins.</param>
    /// <param name="warn">Told once when the journal cannot be written.</param>
    public Journal(string folder, string group, string does, DateTimeOffset at, Action<string> warn)
    {
        var self = DriverIdentity.Current;
        (_folder, _warn) = (folder, warn);
        _header = new JournalEntry.Header(at, Format, Version, self.Host, self.User, int.Parse(self.ProcessId, CultureInfo.InvariantCulture), group, does);
    }

    /// <summary>The file; null while nothing was written, or could be.</summary>
    public string? FilePath { get; private set; }

    /// <inheritdoc/>
    public void Write(JournalEntry entry)
    {
        if (_hasFailed) return;
        try
        {
            if (_writer is null)
            {
                // A deployment that did not even begin leaves no journal.
                if (entry is not (JournalEntry.Created or JournalEntry.Run)) return;
                _writer = Create();
                Put(_writer, _header);
            }

            Put(_writer, entry);
        }
        catch (Exception error) when (IsExpected(error))
        {
            _hasFailed = true;
            _warn($"The journal in {_folder} cannot be written, and is not from here on: {error.Message} The deployment goes on.");
        }
    }

    public void Dispose()
    {
        try
        {
            _writer?.Dispose();
        }
        catch (Exception error) when (IsExpected(error))
        {
            if (!_hasFailed) _warn($"The end of the journal in {_folder} may be missing: {error.Message}");
        }
    }

    private static void Put(StreamWriter writer, JournalEntry entry)
    {
        JournalJson.Write(writer, entry);
        writer.WriteLine();
        // On its way to the disk before the act that it tells of.
        writer.Flush();
    }

    private static bool IsExpected(Exception error) => error
        is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException or ObjectDisposedException
        or System.Security.SecurityException or Newtonsoft.Json.JsonException;

    private StreamWriter Create()
    {
        Directory.CreateDirectory(_folder);
        var path = Path.Combine(_folder, NameOf(_header));
        // Others may read while it is written, and no two deployments share a file.
        var stream = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read | FileShare.Delete);
        FilePath = path;
        return new StreamWriter(stream, new UTF8Encoding(false)) { NewLine = "\n" };
    }

    private static string Version { get; } =
        typeof(Journal).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    /// <summary>Names sort by time.</summary>
    private static string NameOf(JournalEntry.Header header)
    {
        var group = string.Concat(header.Group.Select(c => c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9') or '-' or '.' ? c : '_'));
        return string.Format(CultureInfo.InvariantCulture, "{0:yyyyMMdd-HHmmss-fff}Z_{1}_{2}{3}", header.At.UtcDateTime, group, header.Process, JournalFolder.Extension);
    }
}
