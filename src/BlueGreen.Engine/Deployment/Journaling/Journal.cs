using System.Globalization;
using System.Reflection;
using BlueGreen.Engine.Deployment.Locking;
using Newtonsoft.Json;

namespace BlueGreen.Engine.Deployment.Journaling;

/// <summary>Takes what a deployment sees, decides and does.</summary>
internal interface IJournal
{
    /// <summary>Writes one entry. Never throws, and never takes long: a journal must not stop a deployment.</summary>
    void Write(JournalEntry entry);
}

/// <summary>The journal of one deployment: a file with a line an entry, made as soon as there is something to tell.</summary>
internal sealed class Journal : IJournal, IDisposable
{
    /// <summary>The version of the format that is written here.</summary>
    public const int Format = 1;

    /// <summary>An act waits so long for its line to be on its way to the disk, no longer: what was seen before it is true for a second only.</summary>
    private static readonly TimeSpan BeforeAct = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan AfterAct = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan AtTheEnd = TimeSpan.FromSeconds(5);

    private readonly string _folder;
    private readonly int _keep;
    private readonly JournalEntry.Header _header;
    private readonly Action<string> _warn;
    private readonly Func<string, Stream> _create;
    private JournalWriter? _writer;
    private bool _hasFailed;
    private bool _isSlow;

    /// <param name="folder">The folder; made where it is missing.</param>
    /// <param name="keep">How many journals to keep there; 0 for all.</param>
    /// <param name="group">The deployment group.</param>
    /// <param name="does">What the deployment does, in words that go behind a name.</param>
    /// <param name="at">When it begins.</param>
    /// <param name="warn">Told once when the journal cannot be written, and once when that is slow.</param>
    /// <param name="create">Makes the file; null for one on the disk.</param>
    public Journal(string folder, int keep, string group, string does, DateTimeOffset at, Action<string> warn, Func<string, Stream>? create = null)
    {
        var self = DriverIdentity.Current;
        (_folder, _keep, _warn, _create) = (folder, keep, warn, create ?? Create);
        _header = new JournalEntry.Header(at, Format, Version, self.Host, self.User, int.Parse(self.ProcessId, CultureInfo.InvariantCulture), group, does);
    }

    /// <summary>The file; null while nothing was written, or could be.</summary>
    public string? FilePath => _writer is { IsOpen: true } ? FullPath : null;

    private string FullPath => Path.Combine(_folder, NameOf(_header));

    /// <inheritdoc/>
    public void Write(JournalEntry entry)
    {
        if (_hasFailed) return;
        if (_writer is null)
        {
            // A deployment that did not even begin leaves no journal.
            if (entry is not (JournalEntry.Created or JournalEntry.Run)) return;
            _writer = new JournalWriter(() => _create(FullPath), () => JournalPruner.Prune(_folder, _keep, FullPath));
            Put(_header);
        }

        Put(entry);
        if (entry is JournalEntry.Acting) Flush(BeforeAct);
        if (entry is JournalEntry.Acted or JournalEntry.Created) Flush(AfterAct);
        TellFailure();
    }

    /// <summary>Has what was written so far on its way to the disk, if that can be done in time.</summary>
    public void Flush()
    {
        Flush(AfterAct);
        TellFailure();
    }

    public void Dispose()
    {
        if (_writer is null) return;
        var isWhole = _writer.End(AtTheEnd);
        TellFailure();
        if (!isWhole && !_hasFailed) _warn($"The end of the journal in {_folder} may be missing: the disk does not keep up.");
        _writer.Dispose();
    }

    private void Flush(TimeSpan atMost)
    {
        if (_isSlow || _writer is null || _writer.Flush(atMost)) return;
        // Once is enough: from here on nothing waits for it.
        _isSlow = true;
        _warn($"The journal in {_folder} is written slowly. The deployment goes on without waiting for it.");
    }

    private void TellFailure()
    {
        if (_writer?.Failure is { } failure) TellFailure(failure);
    }

    private void TellFailure(string failure)
    {
        if (_hasFailed) return;
        _hasFailed = true;
        _warn($"The journal in {_folder} cannot be written, and is not from here on: {failure} The deployment goes on.");
    }

    private void Put(JournalEntry entry)
    {
        try
        {
            using var line = new StringWriter(CultureInfo.InvariantCulture);
            JournalJson.Write(line, entry);
            _writer!.Write(line.ToString());
        }
        catch (JsonException error)
        {
            TellFailure(error.Message);
        }
    }

    private FileStream Create(string path)
    {
        Directory.CreateDirectory(_folder);
        // Others may read while it is written, and no two deployments share a file.
        return new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read | FileShare.Delete);
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
