namespace BlueGreen.Engine.Haproxy.Runtime;

/// <summary>
/// All sockets of a session. They are read only while somebody watches, since connections are held meanwhile; and what they tell is
/// an addition to what HTTP tells: a socket that cannot be reached is evidence that is missing, not an error.
/// </summary>
internal sealed class RuntimeSockets : IDisposable
{
    private readonly object _gate = new();
    private readonly ImmutableArray<SocketSlot> _slots;
    private readonly SocketTeller _teller;
    private int _watchers;

    public RuntimeSockets(IEnumerable<IRuntimeSocket> sockets, IEngineSink sink, TimeProvider time)
    {
        _slots = [.. sockets.Select(socket => new SocketSlot(socket, time))];
        _teller = new SocketTeller(sink, time);
    }

    /// <summary>Has the sockets read from now on, until the result is disposed.</summary>
    public IDisposable Watch()
    {
        lock (_gate) _watchers++;
        return new Watching(Unwatch);
    }

    /// <summary>True when the session has any admin socket.</summary>
    public bool HasAdminSockets => _slots.Any(slot => slot.Socket is AdminSocket);

    /// <summary>The admin socket that is surely the instance's; null while none is.</summary>
    public RuntimeAddress? FindAdmin(string loadBalancer) =>
        _slots.FirstOrDefault(slot => slot.Socket is AdminSocket && slot.Owner?.Name == loadBalancer)?.Socket.Address;

    /// <summary>What the instance's sockets tell. Never fails: what they do not tell is <see cref="SocketReading.Problem"/>.</summary>
    public async Task<SocketReading> ReadAsync(SocketQuery query, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_watchers == 0) return SocketReading.None;
        }

        if (_slots.IsEmpty || query.Backends.Count == 0) return SocketReading.None;
        var read = SocketReading.None;
        var problems = new List<string>();
        foreach (var slot in _slots.Where(s => s.Owner is null || s.Owner == query.Instance))
        {
            var (reading, problem) = await slot.ReadAsync(query, cancellationToken).ConfigureAwait(false);
            if (reading is not null) read = Merge(read, reading);
            else if (slot.MayBeOf(query.Instance)) read = read with { IsAwaited = true };
            if (problem is not null) problems.Add(problem);
            _teller.Saw(slot.Socket.Address, problem);
        }

        return problems.Count == 0 ? read : read with { Problem = string.Join("; ", problems) };
    }

    public void Dispose()
    {
        foreach (var slot in _slots) slot.Dispose();
    }

    private static SocketReading Merge(SocketReading one, SocketReading other) => new()
    {
        OldWorkers = one.OldWorkers.AddRange(other.OldWorkers),
        Master = one.Master ?? other.Master,
        HasMaster = one.HasMaster ?? other.HasMaster,
        CanSetServers = one.CanSetServers || other.CanSetServers,
        IsAwaited = one.IsAwaited || other.IsAwaited,
    };

    private void Unwatch()
    {
        lock (_gate)
        {
            if (--_watchers > 0) return;
        }

        foreach (var slot in _slots) slot.LetGo();
    }

    private sealed class Watching(Action end) : IDisposable
    {
        private int _ended;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _ended, 1) == 0) end();
        }
    }
}
