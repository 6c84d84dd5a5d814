using BlueGreen.Engine.Deployment.Observing;

namespace BlueGreen.Engine.Tests.Simulation;

/// <summary>Virtual time and what is due in it. One thread; nothing ever sleeps.</summary>
internal sealed class World(int seed) : TimeProvider, IWakeUp
{
    private readonly PriorityQueue<Action, (DateTimeOffset At, long Order)> _due = new();
    private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private bool _something;
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
    public void Signal() => _something = true;

    public void Advance(TimeSpan by, bool untilSignal = false)
    {
        var end = _now + by;
        while (!(untilSignal && _something) && _due.TryPeek(out _, out var next) && next.At <= end)
        {
            _now = next.At > _now ? next.At : _now;
            _due.Dequeue()();
            Moved?.Invoke();
        }

        if (!(untilSignal && _something)) _now = end;
    }

    public Task<bool> WaitAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        // Reading the signal takes a moment, as it does over a network: no loop can spin without time passing.
        Advance(TimeSpan.FromMilliseconds(1));
        Advance(atMost, untilSignal: true);
        var woken = _something;
        _something = false;
        return Task.FromResult(woken);
    }

    public ValueTask DisposeAsync() => default;
}
