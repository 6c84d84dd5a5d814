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

    public override DateTimeOffset GetUtcNow() => _now;

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
}
