using BlueGreen.Lab.Marathon.State;

namespace BlueGreen.Lab.Marathon.Instances;

/// <summary>
/// The back-off of apps whose tasks fail. A delay belongs to one configuration of an app: scaling keeps it, a changed
/// configuration starts without. Source: <c>RateLimiter.scala</c> of mesosphere/marathon at 90619da.
/// </summary>
internal sealed class LaunchDelays(TimeProvider time)
{
    /// <summary>No offer comes sooner after the last one; without it a back-off of 0 would be a busy loop of crashes.</summary>
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(200);

    private readonly Dictionary<(PathId, DateTimeOffset), (DateTimeOffset Since, TimeSpan Delay)> _delays = [];

    /// <summary>When the next launch may be; in the past or now when there is no delay.</summary>
    public DateTimeOffset NotBefore(AppDefinition app) =>
        _delays.TryGetValue(Key(app), out var delay) ? delay.Since + delay.Delay : DateTimeOffset.MinValue;

    /// <summary>A task failed: the first time the app's back-off, then longer by its factor each time.</summary>
    public void Increase(AppDefinition app)
    {
        var next = _delays.TryGetValue(Key(app), out var current) ? current.Delay * app.BackoffFactor : app.Backoff;
        var bounded = next < app.MaxLaunchDelay ? next : app.MaxLaunchDelay;
        _delays[Key(app)] = (time.GetUtcNow(), bounded > Shortest ? bounded : Shortest);
    }

    /// <summary>A task was launched: the delay counts from now, so that further launches are spread.</summary>
    public void Advance(AppDefinition app)
    {
        if (_delays.TryGetValue(Key(app), out var current)) _delays[Key(app)] = (time.GetUtcNow(), current.Delay);
    }

    public void Reset(AppDefinition app) => _delays.Remove(Key(app));

    private static (PathId, DateTimeOffset) Key(AppDefinition app) => (app.Id, app.VersionInfo!.LastConfigChangeAt);
}
