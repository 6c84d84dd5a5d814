using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace BlueGreen.Lab.Marathon.Events;

/// <summary>One event, serialised once for all its readers.</summary>
internal sealed record MarathonEvent(string Type, string Json);

/// <summary>Hands every event to every stream that is open. A reader too slow for the buffer loses its stream, as in Marathon.</summary>
internal sealed class EventBus(TimeProvider time)
{
    private const int MaxOutstanding = 1000;

    private readonly ConcurrentDictionary<Channel<MarathonEvent>, byte> _subscribers = new();

    /// <param name="type">Marathon's name of the event.</param>
    /// <param name="members">Its members; <c>eventType</c> and, unless there, <c>timestamp</c> are added.</param>
    public void Publish(string type, JsonObject members)
    {
        members["eventType"] = type;
        members["timestamp"] ??= time.GetUtcNow().ToMarathon();
        if (_subscribers.IsEmpty) return;
        var published = new MarathonEvent(type, members.ToJsonString(JsonReading.Plain));
        foreach (var subscriber in _subscribers.Keys)
        {
            if (!subscriber.Writer.TryWrite(published)) subscriber.Writer.TryComplete();
        }
    }

    /// <summary>Opens a stream. Dispose the subscription to close it.</summary>
    public Subscription Subscribe()
    {
        var channel = Channel.CreateBounded<MarathonEvent>(new BoundedChannelOptions(MaxOutstanding) { SingleReader = true });
        _subscribers[channel] = 0;
        return new Subscription(this, channel);
    }

    internal sealed class Subscription(EventBus bus, Channel<MarathonEvent> channel) : IDisposable
    {
        public ChannelReader<MarathonEvent> Events => channel.Reader;

        public void Dispose()
        {
            bus._subscribers.TryRemove(channel, out _);
            channel.Writer.TryComplete();
        }
    }
}
