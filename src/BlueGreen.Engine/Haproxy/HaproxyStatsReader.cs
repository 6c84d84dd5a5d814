using System.Globalization;
using Sylvan.Data.Csv;

namespace BlueGreen.Engine.Haproxy;

/// <summary>Sessions and queue of a server, or of a whole backend.</summary>
/// <param name="Backend">HAProxy's <c>pxname</c>.</param>
/// <param name="Server">HAProxy's <c>svname</c>; null for the backend itself.</param>
/// <param name="Sessions">Sessions now.</param>
/// <param name="Queue">Requests that wait: for this server; with a backend, for any of its servers.</param>
/// <param name="ProxyId">HAProxy's <c>iid</c>: a frontend may have the backend's name, but not its id. 0 where it is not told.</param>
internal sealed record SessionRow(string Backend, string? Server, int Sessions, int Queue, int ProxyId);

/// <summary>A frontend, and how many connections it has had (<c>stot</c>).</summary>
internal sealed record FrontendRow(string Name, long Connections);

/// <summary>
/// Reads the servers out of HAProxy's statistics in CSV. Columns are found by their name, since each version has more of them
/// (63 in 1.8, 80 in 2.0, some 120 in 2.6), one of them named <c>-</c>. Source: HAProxy's management guide, "Statistics and monitoring".
/// </summary>
internal static class HaproxyStatsReader
{
    private const string ServerType = "2";
    private const string BackendType = "1";
    private const string FrontendType = "0";

    /// <summary>Without these nothing can be said of a server: not whether it serves, nor whether it is idle.</summary>
    private static readonly string[] Needed = ["pxname", "svname", "status", "scur", "qcur"];

    /// <summary>What may find a server up again: a check, an agent, another server that it goes by.</summary>
    private static readonly string[] Watchers = ["check_status", "agent_status", "tracked"];

    private static readonly CsvDataReaderOptions Options = new()
    {
        HasHeaders = false,
        Delimiter = ',',
        Quote = '"',
        // A row may be shorter or longer than the header: other types of rows, other versions.
        ResultSetMode = ResultSetMode.SingleResult,
        BufferSize = 64 * 1024,
    };

    /// <summary>All servers, in the order of the statistics.</summary>
    /// <param name="csv">The whole text.</param>
    /// <param name="loadBalancer">Who said so.</param>
    /// <exception cref="BlueGreenException"><c>StatsUnreadable</c>.</exception>
    public static ImmutableArray<HaproxyServerStat> Read(string csv, string loadBalancer) =>
        Read(csv, loadBalancer, (columns, row) => columns.IsServer(row) ? columns.Read(row, loadBalancer) : null);

    /// <summary>
    /// All servers of a whole page of statistics. HAProxy ends each backend with a row about itself, so that a page which was cut among
    /// servers is known as such: a server that is missing must not pass for one that is gone.
    /// </summary>
    /// <inheritdoc cref="Read(string, string)"/>
    public static ImmutableArray<HaproxyServerStat> ReadPage(string csv, string loadBalancer)
    {
        var isWithinBackend = false;
        var servers = Read(csv, loadBalancer, (columns, row) =>
        {
            isWithinBackend = columns.IsServer(row);
            return isWithinBackend ? columns.Read(row, loadBalancer) : null;
        });
        return isWithinBackend || !csv.EndsWith("\n", StringComparison.Ordinal) ? throw Unreadable(loadBalancer, "they are cut off") : servers;
    }

    /// <summary>Sessions and queue of all servers and of their backends themselves.</summary>
    /// <inheritdoc cref="Read(string, string)"/>
    public static ImmutableArray<SessionRow> ReadBackend(string csv, string loadBalancer) =>
        Read(csv, loadBalancer, (columns, row) => columns.ReadSessions(row));

    /// <summary>How many connections each frontend has had.</summary>
    /// <inheritdoc cref="Read(string, string)"/>
    public static ImmutableDictionary<string, long> ReadFrontends(string csv, string loadBalancer) =>
        Read(csv, loadBalancer, (columns, row) => columns.ReadFrontend(row)).ToImmutableDictionary(row => row.Name, row => row.Connections, StringComparer.Ordinal);

    /// <summary>The error about a text that is not what it should be.</summary>
    public static BlueGreenException Unreadable(string loadBalancer, string why, Exception? cause = null) => new(
        ErrorKind.ProtocolError, "StatsUnreadable", $"The statistics of {loadBalancer} cannot be read as HAProxy's CSV: {why}.",
        "Check that the address is marathon-lb's statistics port (9090 by default).", loadBalancer, cause);

    private static ImmutableArray<T> Read<T>(string csv, string loadBalancer, Func<Columns, CsvDataReader, T?> pick)
        where T : class
    {
        try
        {
            // The mark in front of the header would make a comment of it.
            using var reader = CsvDataReader.Create(new StringReader(csv.TrimStart('\uFEFF', '#', ' ')), Options);
            if (!reader.Read()) throw Unreadable(loadBalancer, "the text is empty");
            var columns = Columns.Of(reader);
            if (columns is null) throw Unreadable(loadBalancer, $"its first line does not name the columns {string.Join(", ", Needed)}");
            var rows = ImmutableArray.CreateBuilder<T>();
            while (reader.Read())
            {
                if (pick(columns, reader) is { } row) rows.Add(row);
            }

            return rows.ToImmutable();
        }
        catch (Exception error) when (error is CsvFormatException or FormatException or InvalidOperationException or IndexOutOfRangeException)
        {
            throw Unreadable(loadBalancer, error.Message, error);
        }
    }

    /// <summary>Where the columns of this text are.</summary>
    private sealed class Columns(Dictionary<string, int> byName)
    {
        /// <summary>Null when the line is not HAProxy's header.</summary>
        public static Columns? Of(CsvDataReader header)
        {
            var byName = new Dictionary<string, int>(StringComparer.Ordinal);
            for (var i = 0; i < header.RowFieldCount; i++)
            {
                var name = header.GetString(i).Trim();
                if (name.Length > 0 && !byName.ContainsKey(name)) byName.Add(name, i);
            }

            return Needed.All(byName.ContainsKey) ? new Columns(byName) : null;
        }

        public bool IsServer(CsvDataReader row)
        {
            if (Text(row, "pxname").Length == 0 || Text(row, "svname") is var server && server.Length == 0) return false;
            return byName.ContainsKey("type") ? Text(row, "type") == ServerType : server is not ("FRONTEND" or "BACKEND");
        }

        public FrontendRow? ReadFrontend(CsvDataReader row)
        {
            var isFrontend = byName.ContainsKey("type") ? Text(row, "type") == FrontendType : Text(row, "svname") == "FRONTEND";
            return isFrontend && Text(row, "pxname") is { Length: > 0 } name ? new FrontendRow(name, Long(row, "stot") ?? 0) : null;
        }

        public SessionRow? ReadSessions(CsvDataReader row)
        {
            var (backend, server) = (Text(row, "pxname"), Text(row, "svname"));
            if (IsServer(row)) return Row(server);
            var isBackend = byName.ContainsKey("type") ? Text(row, "type") == BackendType : server == "BACKEND";
            return isBackend ? Row(null) : null;

            SessionRow Row(string? name) => new(backend, name, Count(row, "scur"), Count(row, "qcur"), (int)Math.Max(0, Math.Min(int.MaxValue, Long(row, "iid") ?? 0)));
        }

        public HaproxyServerStat Read(CsvDataReader row, string loadBalancer)
        {
            var status = Text(row, "status");
            return new HaproxyServerStat
            {
                LoadBalancer = loadBalancer,
                Backend = Text(row, "pxname"),
                Server = Text(row, "svname"),
                Status = status,
                State = StatusWords.Read(status),
                IsStopped = status == "DOWN" && Watchers.All(name => byName.ContainsKey(name) && Text(row, name).Length == 0),
                CurrentSessions = Count(row, "scur"),
                CurrentQueue = Count(row, "qcur"),
                TotalSessions = Long(row, "stot") ?? 0,
                Weight = (int)Math.Max(0, Math.Min(256, Long(row, "weight") ?? 0)),
                Address = OrNull(Text(row, "addr")),
                // A check that runs just now is marked by a star before its last outcome.
                CheckStatus = OrNull(Text(row, "check_status").TrimStart('*', ' ')),
                SinceLastChange = Long(row, "lastchg") is { } seconds and >= 0 and <= int.MaxValue ? TimeSpan.FromSeconds(seconds) : null,
            };
        }

        private string Text(CsvDataReader row, string name) =>
            byName.TryGetValue(name, out var index) && index < row.RowFieldCount ? row.GetString(index) : "";

        /// <summary>What cannot be read must not pass for idle.</summary>
        private int Count(CsvDataReader row, string name) => Long(row, name) is { } number and >= 0 and <= int.MaxValue
            ? (int)number
            : throw new FormatException($"{name} of {Text(row, "pxname")}/{Text(row, "svname")} is '{Text(row, name)}'");

        private long? Long(CsvDataReader row, string name) =>
            long.TryParse(Text(row, name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

        private static string? OrNull(string text) => text.Length == 0 ? null : text;
    }
}
