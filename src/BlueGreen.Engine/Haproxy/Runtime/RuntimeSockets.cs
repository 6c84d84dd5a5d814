namespace BlueGreen.Engine.Haproxy.Runtime;

/// <summary>
/// All sockets of a session. They are read only while somebody watches, since connections are held meanwhile; and what they tell is
/// an addition to what HTTP tells: a socket that cannot be reached is evidence that is missing, not an error.
/// </summary>
internal sealed class RuntimeSockets : IDisposable
{
    /// <summary>For so long a socket that failed is left alone.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(5);

    /// <summary>A socket that is slow must not take the whole look's time.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly object _gate = new();
    private readonly ImmutableArray<Slot> _slots;
    private readonly Sightings _sightings;
    private readonly SocketTeller _teller;
    private readonly TimeProvider _time;
    private int _watchers;

    public RuntimeSockets(IEnumerable<IRuntimeSocket> sockets, IEngineSink sink, TimeProvider time)
    {
        _slots = [.. sockets.Select(socket => new Slot(socket))];
        (_sightings, _teller, _time) = (new Sightings(time), new SocketTeller(sink, time), time);
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
        _slots.FirstOrDefault(slot => slot.Socket is AdminSocket && slot.Match.Owner?.Name == loadBalancer)?.Socket.Address;

    /// <summary>What the instance's sockets tell. Never fails: what they do not tell is <see cref="SocketReading.Problem"/>.</summary>
    public async Task<SocketReading> ReadAsync(SocketQuery query, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_watchers == 0) return SocketReading.None;
        }

        if (_slots.IsEmpty || query.Backends.Count == 0) return SocketReading.None;
        _sightings.Saw(query);
        var read = SocketReading.None;
        var problems = new List<string>();
        foreach (var slot in _slots.Where(s => !s.Match.IsOfAnother(query.Instance)))
        {
            var (reading, problem) = await ReadAsync(slot, query, cancellationToken).ConfigureAwait(false);
            if (reading is not null) read = Merge(read, reading);
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
    };

    private async Task<(SocketReading? Reading, string? Problem)> ReadAsync(Slot slot, SocketQuery query, CancellationToken cancellationToken)
    {
        await slot.Gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        using var patience = _time.CreateCancellationTokenSource(Patience);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            if (slot.Failed is { } failed && _time.GetElapsedTime(failed.At) < Rest) return (null, failed.Problem);
            slot.Failed = null;
            var identity = await slot.Socket.IdentifyAsync(query.Serving, linked.Token).ConfigureAwait(false);
            var twins = _slots.Where(s => s != slot && s.Socket.GetType() == slot.Socket.GetType()).Select(s => s.Match);
            var isOurs = slot.Match.Next(slot.Socket.Address, identity, query, _sightings.RivalsOf(query.Instance), twins);
            if (slot.Match.Problem is { } unsure) slot.Failed = (_time.GetTimestamp(), unsure);
            return (isOurs ? await slot.Socket.ReadAsync(query, linked.Token).ConfigureAwait(false) : null, slot.Match.Problem);
        }
        catch (BlueGreenException error)
        {
            return Fail(error.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Fail($"the socket {slot.Socket.Address} took more than {Patience.TotalSeconds:0} s");
        }
        finally
        {
            slot.Gate.Release();
        }

        (SocketReading?, string?) Fail(string problem)
        {
            slot.Failed = (_time.GetTimestamp(), problem);
            return (null, problem);
        }
    }

    private void Unwatch()
    {
        lock (_gate)
        {
            if (--_watchers > 0) return;
        }

        foreach (var slot in _slots) slot.LetGo();
    }

    /// <summary>A socket, and what is known of it.</summary>
    private sealed class Slot(IRuntimeSocket socket) : IDisposable
    {
        public SemaphoreSlim Gate { get; } = new(1, 1);

        public IRuntimeSocket Socket => socket;

        public SocketMatch Match { get; private set; } = new();

        public (long At, string Problem)? Failed { get; set; }

        /// <summary>Nobody reads any more when this is called: a look in flight belongs to a watcher.</summary>
        public void LetGo()
        {
            socket.LetGo();
            (Match, Failed) = (new SocketMatch(), null);
        }

        public void Dispose() => socket.Dispose();
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
