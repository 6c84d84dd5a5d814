using BlueGreen.Engine;

namespace BlueGreen.Session;

/// <summary>
/// Takes what a session's clients say (HTTP exchanges, retries) to the cmdlet for which they work: a session lives longer than any
/// one cmdlet, and several may use it at once.
/// </summary>
internal sealed class SessionSink : IEngineSink
{
    private static readonly AsyncLocal<IEngineSink?> Listener = new();

    public static SessionSink Instance { get; } = new();

    /// <summary>From here on, what this flow of work causes is told to <paramref name="listener"/>.</summary>
    public static IDisposable Listen(IEngineSink listener)
    {
        var before = Listener.Value;
        Listener.Value = listener;
        return new Restore(before);
    }

    /// <inheritdoc/>
    public void Publish(EngineEvent engineEvent) => Listener.Value?.Publish(engineEvent);

    private sealed class Restore(IEngineSink? before) : IDisposable
    {
        public void Dispose() => Listener.Value = before;
    }
}
