namespace BlueGreen.Engine.Session;

/// <summary>
/// Passes on what a session's parts say to whoever runs the operation that made them say it. Two operations at once each hear
/// their own: the listener goes along with the asynchronous flow.
/// </summary>
internal sealed class SinkRelay(IEngineSink otherwise) : IEngineSink
{
    private readonly AsyncLocal<IEngineSink?> _current = new();

    public void Publish(EngineEvent engineEvent) => (_current.Value ?? otherwise).Publish(engineEvent);

    /// <summary>Listens to this flow, and all that it starts, until disposed.</summary>
    public IDisposable Use(IEngineSink sink)
    {
        var before = _current.Value;
        _current.Value = sink;
        return new Restore(() => _current.Value = before);
    }

    private sealed class Restore(Action undo) : IDisposable
    {
        public void Dispose() => undo();
    }
}
