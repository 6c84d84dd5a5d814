namespace BlueGreen.Engine.Haproxy.Runtime;

/// <summary>
/// The socket of a <c>stats socket</c> line. New connections reach the process that serves; one that was opened before a reload stays with
/// the process that served then, and is the only way to ask that one. So a connection with each serving process is held, and is
/// given up as soon as the process has nothing left that matters: HAProxy's old process does not end before it.
/// </summary>
/// <remarks>Tried on HAProxy 2.6, in master-worker mode and without, with <c>expose-fd listeners</c>.</remarks>
internal sealed class AdminSocket(RuntimeAddress address, TimeSpan timeout, TimeProvider time) : IRuntimeSocket
{
    /// <summary>
    /// In seconds; 10 by default. Long enough for a question to the user, short enough that a machine which vanishes does not keep an
    /// old process alive for long.
    /// </summary>
    private const int IdleTimeout = 300;

    /// <summary>One idle reading may belong to a look that comes to nothing, since a reload came in between.</summary>
    private const int IdleReadingsToGiveUp = 2;

    private readonly List<Held> _old = [];
    private readonly Dictionary<int, ImmutableHashSet<string>> _idle = [];
    private Held? _current;

    public RuntimeAddress Address => address;

    public async Task<ServingIdentity> IdentifyAsync(int expected, CancellationToken cancellationToken)
    {
        var info = _current is { } known && known.Pid == expected ? await TryAskAsync(known, cancellationToken).ConfigureAwait(false) : null;
        if (info is null)
        {
            var fresh = await HoldAsync(cancellationToken).ConfigureAwait(false);
            if (fresh.Pid == _current?.Pid) _current.Dispose();
            else if (_current is not null) _old.Add(_current);
            (_current, info) = (fresh, fresh.Info);
        }

        return new ServingIdentity(info.Pid, info.Uptime);
    }

    public async Task<ImmutableDictionary<string, long>> CountConnectionsAsync(CancellationToken cancellationToken) =>
        HaproxyStatsReader.ReadFrontends(await _current!.Connection.AskAsync("show stat -1 1 -1", cancellationToken).ConfigureAwait(false), address.Text);

    public async Task<SocketReading> ReadAsync(SocketQuery query, CancellationToken cancellationToken)
    {
        var workers = ImmutableArray.CreateBuilder<WorkerReading>();
        workers.AddRange(Remembered(query));
        foreach (var held in _old.ToList())
        {
            if (held.Pid == query.Serving) continue;
            if (!query.Alive.Contains(held.Pid) || await TryReadAsync(held, query, cancellationToken).ConfigureAwait(false) is not { } reading)
            {
                GiveUp(held);
                continue;
            }

            workers.Add(reading);
            held.RetiredAt ??= time.GetTimestamp();
            var mayTakeUpMore = reading.Connections > 0 && time.GetElapsedTime(held.RetiredAt.Value) < LateRequests.Margin;
            held.IdleReadings = reading.Sessions.IsEmpty && !mayTakeUpMore ? held.IdleReadings + 1 : 0;
            if (held.IdleReadings < IdleReadingsToGiveUp) continue;
            _idle[held.Pid] = [.. query.Backends];
            GiveUp(held);
        }

        return new SocketReading
        {
            OldWorkers = workers.ToImmutable(),
            HasMaster = _current?.HasMaster,
            CanSetServers = _current is { IsAdmin: true },
        };
    }

    public void LetGo()
    {
        _old.ForEach(held => held.Dispose());
        _old.Clear();
        _current?.Dispose();
        _current = null;
        _idle.Clear();
    }

    public void Dispose() => LetGo();

    /// <summary>
    /// Processes that were given up since they had nothing left and could take up nothing more: while they live, for another app's sake, that
    /// stays so. Who asks may not have been there then, as a way back that follows a failure.
    /// </summary>
    private IEnumerable<WorkerReading> Remembered(SocketQuery query)
    {
        foreach (var ended in _idle.Keys.Where(pid => !query.Alive.Contains(pid) || pid == query.Serving).ToList()) _idle.Remove(ended);
        return _idle.Where(idle => query.Backends.All(idle.Value.Contains))
            .Select(idle => new WorkerReading(idle.Key, WorkerSource.AdminSocket, null, [])).ToList();
    }

    private void GiveUp(Held held)
    {
        held.Dispose();
        _old.Remove(held);
    }

    private async Task<Held> HoldAsync(CancellationToken cancellationToken)
    {
        var connection = await RuntimeConnection.ConnectAsync(address, timeout, time, cancellationToken).ConfigureAwait(false);
        try
        {
            await connection.AskAsync($"set timeout cli {IdleTimeout}", cancellationToken).ConfigureAwait(false);
            var info = await AskInfoAsync(connection, cancellationToken).ConfigureAwait(false);
            // HAProxy before 1.9 answers with its usage, and then nothing is changed by this socket.
            var level = await connection.AskAsync("show cli level", cancellationToken).ConfigureAwait(false);
            var sockets = await connection.AskAsync("show cli sockets", cancellationToken).ConfigureAwait(false);
            return new Held(connection, info) { IsAdmin = level.Trim() == "admin", HasMaster = CommandSockets.TellMaster(sockets) };
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <exception cref="BlueGreenException"><c>HaproxySocketUnreadable</c>: it is no worker that answers.</exception>
    public static async Task<RuntimeInfo> AskInfoAsync(RuntimeConnection connection, CancellationToken cancellationToken)
    {
        var info = RuntimeInfo.Read(await connection.AskAsync("show info", cancellationToken).ConfigureAwait(false))
            ?? throw RuntimeConnection.Unreadable(connection.Address, "it does not answer 'show info' as a worker does");
        return info.Processes == 1 ? info
            : throw RuntimeConnection.Unreadable(connection.Address, $"this HAProxy runs {info.Processes} processes, and the socket reaches one of them (nbproc 1 is wanted)");
    }

    private static async Task<RuntimeInfo?> TryAskAsync(Held held, CancellationToken cancellationToken)
    {
        try
        {
            return await AskInfoAsync(held.Connection, cancellationToken).ConfigureAwait(false);
        }
        catch (BlueGreenException)
        {
            // Cut, or timed out: a new one is opened in its place.
            return null;
        }
    }

    private async Task<WorkerReading?> TryReadAsync(Held held, SocketQuery query, CancellationToken cancellationToken)
    {
        try
        {
            var info = await AskInfoAsync(held.Connection, cancellationToken).ConfigureAwait(false);
            var sessions = await held.Sessions.ReadAsync(
                command => held.Connection.AskAsync(command, cancellationToken), info.Version, query.Backends).ConfigureAwait(false);
            return new WorkerReading(held.Pid, WorkerSource.AdminSocket, info.Connections, sessions);
        }
        catch (BlueGreenException)
        {
            return null;
        }
    }

    /// <summary>A connection with one process, for as long as that is of use.</summary>
    private sealed class Held(RuntimeConnection connection, RuntimeInfo info) : IDisposable
    {
        public RuntimeConnection Connection => connection;

        /// <summary>What it said when the connection was opened.</summary>
        public RuntimeInfo Info => info;

        public int Pid => info.Pid;

        /// <summary>Whether it may change servers.</summary>
        public bool IsAdmin { get; init; }

        /// <summary>Whether it has a master; null when it does not tell.</summary>
        public bool? HasMaster { get; init; }

        public WorkerSessionsReader Sessions { get; } = new(connection.Address.Text);

        /// <summary>When it was first read after a reload, as a time stamp.</summary>
        public long? RetiredAt { get; set; }

        /// <summary>Readings in a row at which it had nothing left.</summary>
        public int IdleReadings { get; set; }

        public void Dispose() => connection.Dispose();
    }
}
