namespace BlueGreen.Engine.Haproxy.Runtime;

/// <summary>
/// A master's command line: it knows all its workers, and passes commands on to each (<c>@!pid</c>). A connection of its own for each
/// look, since the master drops them at a reload. Source: HAProxy's management guide, "Master CLI".
/// </summary>
internal sealed class MasterSocket(RuntimeAddress address, TimeSpan timeout, TimeProvider time) : IRuntimeSocket
{
    private readonly Dictionary<int, WorkerSessionsReader> _readers = [];
    private RuntimeConnection? _connection;
    private ProcessTable? _table;

    public RuntimeAddress Address => address;

    public async Task<ServingIdentity> IdentifyAsync(int expected, CancellationToken cancellationToken)
    {
        LetGo();
        _connection = await RuntimeConnection.ConnectAsync(address, timeout, time, cancellationToken).ConfigureAwait(false);
        _table = await ReadTableAsync(_connection, cancellationToken).ConfigureAwait(false);
        if (_table.Workers.Count != 1) throw RuntimeConnection.Unreadable(address, $"its master names {_table.Workers.Count} serving workers, and one is wanted (nbproc 1)");
        var (pid, uptime) = (_table.Workers.Keys.First(), _table.Workers.Values.First());
        return new ServingIdentity(pid, uptime);
    }

    public async Task<ImmutableDictionary<string, long>> CountConnectionsAsync(CancellationToken cancellationToken)
    {
        var command = $"@!{_table!.Workers.Keys.First()} show stat -1 1 -1";
        return HaproxyStatsReader.ReadFrontends(await _connection!.AskAsync(command, cancellationToken).ConfigureAwait(false), address.Text);
    }

    public async Task<SocketReading> ReadAsync(SocketQuery query, CancellationToken cancellationToken)
    {
        // After a reload in between it is not this look's table.
        if (_connection is not { } connection || _table is not { } table || !table.Workers.ContainsKey(query.Serving)) return SocketReading.None;
        var workers = ImmutableArray.CreateBuilder<WorkerReading>();
        foreach (var ended in _readers.Keys.Where(pid => !table.OldWorkers.Contains(pid)).ToList()) _readers.Remove(ended);
        foreach (var pid in table.OldWorkers)
        {
            Task<string> Ask(string command) => connection.AskAsync($"@!{pid} {command}", cancellationToken);
            // One that has ended meanwhile tells nothing, and need not.
            if (RuntimeInfo.Read(await Ask("show info").ConfigureAwait(false)) is not { } info || info.Pid != pid) continue;
            if (!_readers.TryGetValue(pid, out var reader)) _readers.Add(pid, reader = new WorkerSessionsReader(address.Text));
            var sessions = await reader.ReadAsync(Ask, info.Version, query.Backends).ConfigureAwait(false);
            workers.Add(new WorkerReading(pid, WorkerSource.MasterSocket, info.Connections, sessions));
        }

        LetGo();
        return new SocketReading { OldWorkers = workers.ToImmutable(), Master = table.Master, HasMaster = true };
    }

    public void LetGo()
    {
        _connection?.Dispose();
        (_connection, _table) = (null, null);
    }

    public void Dispose() => LetGo();

    /// <exception cref="BlueGreenException"><c>HaproxySocketUnreadable</c>: it is no master that answers.</exception>
    public static async Task<ProcessTable> ReadTableAsync(RuntimeConnection connection, CancellationToken cancellationToken) =>
        ProcessTable.Read(await connection.AskAsync("show proc", cancellationToken).ConfigureAwait(false))
        ?? throw RuntimeConnection.Unreadable(connection.Address, "it does not answer 'show proc' as a master does");
}
