namespace BlueGreen.Engine.Waiting;

/// <summary>
/// The wall clock as it was at the beginning, moved on by the monotonic one. A clock that is set while a deployment runs, forth or
/// back, thus ends no wait early, makes none endless, and lets no old look pass for a fresh one.
/// </summary>
internal sealed class SteadyClock : TimeProvider
{
    private readonly TimeProvider _clock;
    private readonly DateTimeOffset _origin;
    private readonly long _began;

    private SteadyClock(TimeProvider clock) => (_clock, _origin, _began) = (clock, clock.GetUtcNow(), clock.GetTimestamp());

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => _clock.LocalTimeZone;

    /// <inheritdoc/>
    public override long TimestampFrequency => _clock.TimestampFrequency;

    /// <summary>A steady clock that begins now; one that is steady already stays as it is.</summary>
    public static SteadyClock Of(TimeProvider clock) => clock as SteadyClock ?? new SteadyClock(clock);

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => _origin + _clock.GetElapsedTime(_began);

    /// <summary>The wall clock as it is now. Unlike the steady one it goes on while a machine sleeps.</summary>
    public DateTimeOffset GetWallClock() => _clock.GetUtcNow();

    /// <inheritdoc/>
    public override long GetTimestamp() => _clock.GetTimestamp();

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        _clock.CreateTimer(callback, state, dueTime, period);
}
