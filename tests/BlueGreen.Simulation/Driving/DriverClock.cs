namespace BlueGreen.Simulation.Driving;

/// <summary>The clock of a driver's machine. While the driver stands still its timers wait, and when it is dead they are gone.</summary>
internal sealed class DriverClock(Driver driver, World world) : TimeProvider
{
    public override TimeZoneInfo LocalTimeZone => world.LocalTimeZone;

    public override long TimestampFrequency => world.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => world.GetUtcNow();

    public override long GetTimestamp() => world.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        world.CreateTimer(_ => driver.WhenAwake(() => callback(state)), null, dueTime, period);
}
