namespace BlueGreen.Engine.Marathon;

/// <summary>How patient the client is.</summary>
internal sealed record MarathonClientOptions
{
    /// <summary>How long one request may take. No retry begins later than this after the first try.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How often a request is tried again. With the delays below it bridges some six seconds: about what a new leader needs.
    /// </summary>
    public int Retries { get; init; } = 5;

    /// <summary>The delay before the first retry; it doubles, with jitter.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The longest delay between two tries.</summary>
    public TimeSpan MaxRetryDelay { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// After how long without a single byte an event stream counts as dead. Marathon's own sends a heartbeat every ten seconds
    /// (source: Jetty's <c>EventSourceServlet</c>, which it uses).
    /// </summary>
    public TimeSpan EventSilence { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The longest delay between two tries to open the event stream.</summary>
    public TimeSpan MaxReconnectDelay { get; init; } = TimeSpan.FromSeconds(10);
}
