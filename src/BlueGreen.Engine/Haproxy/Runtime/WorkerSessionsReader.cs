using System.Text.RegularExpressions;

namespace BlueGreen.Engine.Haproxy.Runtime;

/// <summary>Sends a command to one process of HAProxy's and yields the answer.</summary>
internal delegate Task<string> AskProcess(string command);

/// <summary>
/// Counts the sessions that one process has on the servers of some backends. From 2.5 on by its statistics; before that a process that no
/// longer serves shows none, and its sessions themselves are counted (<c>show sess</c>).
/// </summary>
internal static class WorkerSessionsReader
{
    private static readonly Regex Session = new(
        @"\bbe=(?<backend>\S+)\s+srv=(?<server>\S+)", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));

    /// <summary>What is pending; what is not in it has nothing pending.</summary>
    /// <exception cref="BlueGreenException"><c>StatsUnreadable</c>: an answer that is none must not pass for idle.</exception>
    public static async Task<ImmutableArray<WorkerSessions>> ReadAsync(
        AskProcess ask, HaproxyVersion version, IReadOnlyCollection<string> backends, string source)
    {
        if (!version.TellsOldStatistics) return Count(await ask("show sess").ConfigureAwait(false), backends, source);
        var pending = ImmutableArray.CreateBuilder<WorkerSessions>();
        foreach (var backend in backends)
        {
            // 6: the servers and the backend itself. A name with a blank in it could not be asked for; HAProxy allows none.
            var answer = await ask($"show stat {backend} 6 -1").ConfigureAwait(false);
            // The process does not know the backend: it has no sessions there.
            if (answer.TrimStart().StartsWith("No such proxy", StringComparison.Ordinal)) continue;
            pending.AddRange(OfStatistics(answer, backend, source));
        }

        return pending.ToImmutable();
    }

    private static IEnumerable<WorkerSessions> OfStatistics(string csv, string backend, string source)
    {
        var rows = HaproxyStatsReader.ReadBackend(csv, source).Where(row => row.Backend == backend).ToList();
        var servers = rows.Where(row => row.Server is not null).ToList();
        var total = rows.FirstOrDefault(row => row.Server is null);
        // What the backend has and none of its servers: requests that wait for whichever is free, or have not been given to one yet.
        var waiting = total is null ? 0 : Math.Max(0, total.Sessions - servers.Sum(s => s.Sessions)) + total.Queue;
        return servers.Select(s => new WorkerSessions(backend, s.Server, s.Sessions + s.Queue))
            .Append(new WorkerSessions(backend, null, waiting))
            .Where(s => s.Pending > 0);
    }

    private static ImmutableArray<WorkerSessions> Count(string sessions, IReadOnlyCollection<string> backends, string source)
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
