namespace BlueGreen.Engine.Deployment.Deciding;

/// <summary>
/// How long each kind of wait has gone on since the last act. A wait that comes and goes keeps its start, so that a flapping
/// state cannot hold a deployment open for ever.
/// </summary>
internal sealed record Patience
{
    public const string HealthTimeout = "HealthTimeout";
    public const string DrainTimeout = "DrainTimeout";

    public static Patience Fresh { get; } = new();

    private ImmutableDictionary<WaitKind, DateTimeOffset> Since { get; init; } = ImmutableDictionary<WaitKind, DateTimeOffset>.Empty;

    /// <summary>Notes what is waited for now; anything but a wait is an act and begins anew.</summary>
    public Patience Next(Decision decision, DateTimeOffset at) => decision switch
    {
        Decision.Wait wait => Since.ContainsKey(wait.Kind) ? this : this with { Since = Since.Add(wait.Kind, at) },
        _ => this,
    };

    /// <summary>Leaves out some time that was not spent waiting.</summary>
    public Patience Rest(TimeSpan time) => this with { Since = Since.ToImmutableDictionary(wait => wait.Key, wait => wait.Value + time) };

    /// <summary>Turns a wait that has taken too long into a hold.</summary>
    public Decision Judge(Decision decision, RolloutPolicy policy, DateTimeOffset at)
    {
        if (decision is not Decision.Wait wait || !Since.TryGetValue(wait.Kind, out var since)) return decision;
        var limit = Limit(wait.Kind, policy);
        if (at - since < limit) return decision;
        if (wait is { Kind: WaitKind.Drain, Otherwise: { } otherwise } && policy.OnDrainTimeout == DrainTimeoutAction.Kill) return otherwise;
        var waited = $"{wait.Reason}, for {limit.TotalSeconds:0} s now";
        if (wait.Otherwise is Decision.Hold hold) return hold with { Reason = waited };
        return wait.Kind switch
        {
            WaitKind.Health => new Decision.Hold(
                HealthTimeout, waited,
                "Both colours are as they were and the old one serves. Look at the tasks' output; then remove the new app and deploy again, or give it more time."),
            WaitKind.Marathon or WaitKind.Outcome => new Decision.Hold(
                "MarathonUnreachable", waited,
                "Nothing was changed meanwhile and both colours run on. Check Marathon, then go on."),
            WaitKind.Convergence => new Decision.Hold(
                "LoadBalancerTimeout", waited,
                "Everything is still served. Check that this marathon-lb runs and hears Marathon's events (/_mlb_signal/hup makes it read again)."),
            _ => new Decision.Hold(
                DrainTimeout, waited,
                "Everything is still served. Wait for the clients to finish or end them, then go on; or give it more time."),
        };
    }

    private static TimeSpan Limit(WaitKind kind, RolloutPolicy policy) => kind switch
    {
        WaitKind.Health => policy.HealthTimeout,
        WaitKind.Marathon or WaitKind.Outcome or WaitKind.Convergence => policy.ConvergeTimeout,
        _ => policy.DrainTimeout,
    };
}
