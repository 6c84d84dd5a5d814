using System.Collections.Concurrent;

namespace BlueGreen.Engine.Tests.Session;

internal sealed class RecordingSink : IEngineSink
{
    private readonly ConcurrentQueue<EngineEvent> _events = new();

    public IEnumerable<string> Of(MessageLevel level) => _events.OfType<EngineMessage>().Where(m => m.Level == level).Select(m => m.Text);

    public void Publish(EngineEvent engineEvent) => _events.Enqueue(engineEvent);
}
