using System.Globalization;
using System.Text.RegularExpressions;

namespace BlueGreen.Engine.Haproxy.Runtime;

/// <summary>A process, as it says of itself by <c>show info</c>.</summary>
/// <param name="Pid">Its id, in the space of ids that it lives in itself.</param>
/// <param name="Uptime">How long it has run; whole seconds.</param>
/// <param name="Version">HAProxy's version.</param>
/// <param name="Connections">Connections of clients now, command lines not counted.</param>
/// <param name="Processes">How many processes share the work (<c>nbproc</c>); 1 from 2.5 on.</param>
internal sealed record RuntimeInfo(int Pid, TimeSpan Uptime, HaproxyVersion Version, int Connections, int Processes)
{
    /// <summary>Null when the text is not an answer to <c>show info</c>.</summary>
    public static RuntimeInfo? Read(string answer)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in answer.Split('\n'))
        {
            var colon = line.IndexOf(": ", StringComparison.Ordinal);
            if (colon > 0) values[line.Substring(0, colon)] = line.Substring(colon + 2).Trim();
        }

        if (Number("Pid") is not { } pid || Number("Uptime_sec") is not { } uptime || Number("CurrConns") is not { } connections) return null;
        return new RuntimeInfo(
            pid, TimeSpan.FromSeconds(uptime), HaproxyVersion.Parse(values.TryGetValue("Version", out var version) ? version : null), connections,
            Number("Nbproc") ?? 1);

        int? Number(string name) =>
            values.TryGetValue(name, out var text) && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    }
}

/// <summary>The sockets on which a process takes commands, as it says by <c>show cli sockets</c>.</summary>
internal static class CommandSockets
{
    /// <summary>Whether one of them is the pair by which a master reaches its worker; null when the text is no such answer.</summary>
    /// <remarks>Source: HAProxy, <c>src/cli.c</c>, from 1.9 on; a socket of level user is refused.</remarks>
    public static bool? TellMaster(string answer) =>
        answer.StartsWith("# socket", StringComparison.Ordinal) ? answer.Split('\n').Any(line => line.StartsWith("sockpair@", StringComparison.Ordinal)) : null;
}

/// <summary>HAProxy's version, as far as it decides anything: 2.6.12-1+deb12u4 is 2.6.</summary>
internal readonly record struct HaproxyVersion(int Major, int Minor)
{
    /// <summary>From here on a process that no longer serves tells its statistics too; before, <c>show stat</c> is empty there.</summary>
    public bool TellsOldStatistics => IsAtLeast(2, 5);

    /// <summary>From here on a worker counts the listener for its master as a job that cannot be stopped; before, only when it is about to end.</summary>
    public bool CountsMaster => IsAtLeast(2, 4);

    public bool IsAtLeast(int major, int minor) => Major > major || (Major == major && Minor >= minor);

    /// <summary>What cannot be read counts as very old.</summary>
    public static HaproxyVersion Parse(string? text)
    {
        var parts = (text ?? "").TrimStart('v').Split('.', '-', '+', ' ');
        return parts.Length > 1 && int.TryParse(parts[0], out var major) && int.TryParse(parts[1], out var minor) ? new HaproxyVersion(major, minor) : default;
    }

    public override string ToString() => $"{Major}.{Minor}";
}

/// <summary>
/// The processes that a master knows of, by its <c>show proc</c>. Its columns differ by version (1.9 and 2.0 have one more, 2.5 and later
/// say failed reloads in one), so each is known by its form.
/// </summary>
/// <param name="Master">The master itself.</param>
/// <param name="Workers">The workers that serve, with their uptime.</param>
/// <param name="OldWorkers">Those that are to end.</param>
/// <param name="Version">HAProxy's version.</param>
internal sealed record ProcessTable(int Master, ImmutableSortedDictionary<int, TimeSpan> Workers, ImmutableSortedSet<int> OldWorkers, HaproxyVersion Version)
{
    private static readonly Regex Uptime = new(@"\b([0-9]{1,5})d\s?([0-9]{2})h([0-9]{2})m([0-9]{2})s\b", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));

    /// <summary>All processes of this HAProxy.</summary>
    public ImmutableSortedSet<int> All => OldWorkers.Union(Workers.Keys).Add(Master);

    /// <summary>Null when the text is not an answer to <c>show proc</c>.</summary>
    public static ProcessTable? Read(string answer)
    {
        int? master = null;
        var (version, old) = (default(HaproxyVersion), false);
        var workers = ImmutableSortedDictionary.CreateBuilder<int, TimeSpan>();
        var oldWorkers = ImmutableSortedSet.CreateBuilder<int>();
        foreach (var line in answer.Split('\n').Select(l => l.Trim()))
        {
            if (line.StartsWith("# ", StringComparison.Ordinal)) old = line.StartsWith("# old", StringComparison.Ordinal);
            var words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length < 3 || !int.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out var pid)) continue;
            switch (words[1])
            {
                case "master":
                    (master, version) = (pid, HaproxyVersion.Parse(words[words.Length - 1]));
                    break;
                case "worker" when old:
                    oldWorkers.Add(pid);
                    break;
                case "worker":
                    workers[pid] = ReadUptime(line);
                    break;
            }
        }

        return master is { } found ? new ProcessTable(found, workers.ToImmutable(), oldWorkers.ToImmutable(), version) : null;
    }

    private static TimeSpan ReadUptime(string line)
    {
        var match = Uptime.Match(line);
        if (!match.Success) return TimeSpan.Zero;
        var parts = Enumerable.Range(1, 4).Select(i => int.Parse(match.Groups[i].Value, CultureInfo.InvariantCulture)).ToArray();
        return new TimeSpan(parts[0], parts[1], parts[2], parts[3]);
    }
}
