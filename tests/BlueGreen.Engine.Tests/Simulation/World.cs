using BlueGreen.Engine.Waiting;

namespace BlueGreen.Engine.Tests.Simulation;

/// <summary>Virtual time and what is due in it. One thread; nothing ever sleeps.</summary>
internal sealed class World(int seed) : TimeProvider, IWakeUp
{
    private readonly PriorityQueue<Action, (DateTimeOffset At, long Order)> _due = new();
    private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private long _order;

    public Random Random { get; } = new(seed);

    public DateTimeOffset Now => _now;

    /// <summary>Checked after every event: the place for properties that must hold at every moment.</summary>
    public event Action? Moved;

    /// <summary>How far the wall clock was set forth or back; the monotonic one is never.</summary>
    public TimeSpan ClockSetBy { get; set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => _now + ClockSetBy;

    public override long GetTimestamp() => _now.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new VirtualTimer(this, () => callback(state), dueTime, period);

    public void After(TimeSpan delay, Action action) => _due.Enqueue(action, (_now + delay, _order++));

    public void Every(TimeSpan interval, Action action)
    {
        action();
        After(interval, () => Every(interval, action));
    }

    /// <summary>Something that Marathon tells by an event has happened.</summary>
    public void Signal() => Mark++;

    public long Mark { get; private set; }

    public void Advance(TimeSpan by) => Advance(by, until: () => false);

    private void Advance(TimeSpan by, Func<bool> until)
    {
        var end = _now + by;
        while (!until() && _due.TryPeek(out _, out var next) && next.At <= end)
        {
            _now = next.At > _now ? next.At : _now;
            _due.Dequeue()();
            Moved?.Invoke();
        }

        if (!until()) _now = end;
    }

    public Task<bool> WaitAsync(long mark, TimeSpan atMost, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        // Reading the signal takes a moment, as it does over a network: no loop can spin without time passing.
        Advance(TimeSpan.FromMilliseconds(1));
        Advance(atMost, until: () => Mark > mark);
        return Task.FromResult(Mark > mark);
    }

    public ValueTask DisposeAsync() => default;

    private sealed class VirtualTimer : ITimer
    {
        private readonly World _world;
        private readonly Action _due;
        private int _set;

        public VirtualTimer(World world, Action due, TimeSpan dueTime, TimeSpan period)
        {
            (_world, _due) = (world, due);
            Change(dueTime, period);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            var set = ++_set;
            if (dueTime != Timeout.InfiniteTimeSpan) _world.After(dueTime, () => Fire(set, period));
            return true;
        }

        public void Dispose() => _set++;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }

        private void Fire(int set, TimeSpan period)
        {
            if (set != _set) return;
            if (period != Timeout.InfiniteTimeSpan) _world.After(period, () => Fire(set, period));
            _due();
        }
    }
}
