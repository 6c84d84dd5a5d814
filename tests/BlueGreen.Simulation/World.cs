namespace BlueGreen.Simulation;

/// <summary>
/// Virtual time and what is due in it. One thread; nothing ever sleeps. The wall clock is apart from the time that passes, since
/// somebody may put it forwards or back.
/// </summary>
internal sealed class World(int seed) : TimeProvider
{
    private static readonly DateTimeOffset Beginning = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly PriorityQueue<Action, (long At, long Order)> _due = new();
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private long _now;
    private long _order;

    public Random Random { get; } = new(seed);

    /// <summary>Time that has passed since the beginning. Nobody can put it back.</summary>
    public TimeSpan Now => new(_now);

    /// <summary>How far the wall clock of the driver's machine has been put forwards.</summary>
    public TimeSpan ClockError { get; set; }

    /// <summary>The right time, as the cluster's own machines have it.</summary>
    public DateTimeOffset RightTime => Beginning + Now;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <summary>Something that was due has happened: the place for what must hold at every moment.</summary>
    public event Action? Moved;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => RightTime + ClockError;

    public override long GetTimestamp() => _now;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new Timer(this, callback, state, dueTime, period);

    public void After(TimeSpan delay, Action action) => Enqueue(_now + delay.Ticks, action);

    public void At(TimeSpan time, Action action) => Enqueue(Math.Max(_now, time.Ticks), action);

    private void Enqueue(long at, Action action)
    {
        // Whatever went on on another thread would come in no order, and no seed could tell of it.
        if (Environment.CurrentManagedThreadId != _thread) throw new InvalidOperationException("Something has left the world's thread.");
        _due.Enqueue(action, (at, _order++));
    }

    /// <summary>Goes to what is due next, and does it; false when nothing is.</summary>
    public bool Step()
    {
        if (!_due.TryDequeue(out var action, out var when)) return false;
        _now = Math.Max(_now, when.At);
        action();
        Moved?.Invoke();
        return true;
    }

    /// <summary>Lets so much time pass, and all happen that is due in it.</summary>
    /// <param name="by">How much.</param>
    /// <param name="until">Ends it early; null for nothing.</param>
    public void Advance(TimeSpan by, Func<bool>? until = null)
    {
        var end = _now + by.Ticks;
        while (until?.Invoke() != true && _due.TryPeek(out _, out var next) && next.At <= end) Step();
        if (until?.Invoke() != true) _now = Math.Max(_now, end);
    }

    public void Every(TimeSpan interval, Action action)
    {
        action();
        After(interval, () => Every(interval, action));
    }

    /// <summary>Somewhere between the two.</summary>
    public TimeSpan Between(int fromMs, int toMs) => new(Random.NextInt64(fromMs * TimeSpan.TicksPerMillisecond, (toMs * TimeSpan.TicksPerMillisecond) + 1));

    public bool Chance(double probability) => probability > 0 && Random.NextDouble() < probability;

    private sealed class Timer : ITimer
    {
        private readonly World _world;
        private readonly TimerCallback _callback;
        private readonly object? _state;
        private int _setting;

        public Timer(World world, TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            (_world, _callback, _state) = (world, callback, state);
            Change(dueTime, period);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Fire(++_setting, dueTime, period);
            return true;
        }

        public void Dispose() => _setting++;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }

        private void Fire(int setting, TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime == Timeout.InfiniteTimeSpan) return;
            _world.After(dueTime, () =>
            {
                if (setting != _setting) return;
                Fire(setting, period, period);
                _callback(_state);
            });
        }
    }
}
