using System.Text.RegularExpressions;

namespace BlueGreen.Engine.Haproxy.Runtime;

/// <summary>Sends a command to one process of HAProxy's and yields the answer.</summary>
internal delegate Task<string> AskProcess(string command);

/// <summary>
/// Counts the sessions that one process has on the servers of some backends. From 2.5 on by its statistics; before that a process that no
/// longer serves shows none, and its sessions themselves are counted (<c>show sess</c>). One for each process: its backends never change.
/// </summary>
/// <param name="source">Where the process is asked, for errors.</param>
internal sealed class WorkerSessionsReader(string source)
{
    private static readonly Regex Session = new(
        @"\bbe=(?<backend>\S+)\s+srv=(?<server>\S+)", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));

    private ImmutableDictionary<string, int>? _ids;

    /// <summary>What is pending; what is not in it has nothing pending.</summary>
    /// <exception cref="BlueGreenException"><c>StatsUnreadable</c>: an answer that is none must not pass for idle.</exception>
    public async Task<ImmutableArray<WorkerSessions>> ReadAsync(AskProcess ask, HaproxyVersion version, IReadOnlyCollection<string> backends)
    {
        if (!version.TellsOldStatistics) return Count(await ask("show sess").ConfigureAwait(false), backends);
        _ids ??= await ReadIdsAsync(ask).ConfigureAwait(false);
        var pending = ImmutableArray.CreateBuilder<WorkerSessions>();
        foreach (var backend in backends)
        {
            // A backend that the process does not know has no sessions there.
            if (_ids.TryGetValue(backend, out var id)) pending.AddRange(OfStatistics(await ask($"show stat {id} 6 -1").ConfigureAwait(false), backend));
        }

        return pending.ToImmutable();
    }

    /// <summary>
    /// The backends' ids. By its name a backend cannot be asked for: marathon-lb gives each frontend its backend's name, and HAProxy takes
    /// the frontend then, which has no servers.
    /// </summary>
    private async Task<ImmutableDictionary<string, int>> ReadIdsAsync(AskProcess ask)
    {
        var rows = HaproxyStatsReader.ReadBackend(await ask("show stat -1 2 -1").ConfigureAwait(false), source);
        if (rows.Any(row => row.ProxyId == 0)) throw HaproxyStatsReader.Unreadable(source, "it does not tell the ids of backends");
        return rows.Where(row => row.Server is null).ToImmutableDictionary(row => row.Backend, row => row.ProxyId, StringComparer.Ordinal);
    }

    private IEnumerable<WorkerSessions> OfStatistics(string csv, string backend)
    {
        var rows = HaproxyStatsReader.ReadBackend(csv, source).Where(row => row.Backend == backend).ToList();
        var servers = rows.Where(row => row.Server is not null).ToList();
        var total = rows.FirstOrDefault(row => row.Server is null) ?? throw HaproxyStatsReader.Unreadable(source, $"it tells nothing of the backend {backend}");
        // What the backend has and none of its servers: requests that wait for whichever is free, or have not been given to one yet.
        var waiting = Math.Max(0, total.Sessions - servers.Sum(s => s.Sessions)) + total.Queue;
        return servers.Select(s => new WorkerSessions(backend, s.Server, s.Sessions + s.Queue))
            .Append(new WorkerSessions(backend, null, waiting))
            .Where(s => s.Pending > 0);
    }

    private ImmutableArray<WorkerSessions> Count(string sessions, IReadOnlyCollection<string> backends)
    {
        var lines = sessions.Split(['\n'], StringSplitOptions.RemoveEmptyEntries);
        if (lines.FirstOrDefault(line => !line.StartsWith("0x", StringComparison.Ordinal) && line.Trim().Length > 0) is { } odd)
        {
            throw HaproxyStatsReader.Unreadable(source, $"'{odd.Trim()}' is not a session");
        }

        return
        [
            .. lines.Select(line => Session.Match(line)).Where(m => m.Success && backends.Contains(m.Groups["backend"].Value))
                .Select(m => (Backend: m.Groups["backend"].Value, Server: m.Groups["server"].Value is var name && name is "<none>" or "?" ? null : name))
                .GroupBy(session => session)
                .Select(same => new WorkerSessions(same.Key.Backend, same.Key.Server, same.Count())),
        ];
    }
}
