using System.Text;
using BlueGreen.Engine.Marathon;
using BlueGreen.Engine.Tests.Marathon;
using BlueGreen.Engine.Tests.Session;
using CsCheck;

namespace BlueGreen.Engine.Tests.Fuzzing;

/// <summary>Streams of events that are cut, garbled or endless: those that can be read come through, and then it connects again.</summary>
public class EventFuzzTests
{
    private const string Stream =
        "event: event_stream_attached\r\ndata: {\"eventType\":\"event_stream_attached\",\"remoteAddress\":\"10.0.0.9\"}\r\n\r\n"
        + ": a comment\r\n\r\n"
        + "event: status_update_event\ndata: {\"eventType\":\"status_update_event\",\"appId\":\"/shop-blue\",\ndata:  \"taskId\":\"shop-blue.1\",\"taskStatus\":\"TASK_RUNNING\"}\nid: 7\nretry: 500\n\n"
        + "event: deployment_success\ndata: {\"eventType\":\"deployment_success\",\"id\":\"d-7\",\"timestamp\":\"2026-03-01T10:00:00.000Z\"}\r\n{\"eventType\":\"deployment_info\",\"plan\":{\"id\":\"d-8\"}}\n\n";

    [Fact]
    public async Task A_stream_with_anything_in_it_yields_what_can_be_read_and_is_opened_again() => await Mutation.Some.SampleAsync(async mutations =>
    {
        var events = await ReadUntilReconnectedAsync(mutations.Bytes(Stream));
        Assert.Equal(MarathonEventStream.Attached, events[0].EventType);
        Assert.All(events, e => Assert.NotNull(JsonText.TryParseObject(e.Json)));
    }, iter: 300);

    [Fact]
    public async Task What_stands_before_a_cut_comes_through()
    {
        var whole = Encoding.UTF8.GetBytes(Stream);
        foreach (var length in Enumerable.Range(0, whole.Length / 7).Select(i => i * 7)) await ReadUntilReconnectedAsync(whole[..length]);

        var events = await ReadUntilReconnectedAsync(whole);
        Assert.Equal(["event_stream_attached", "status_update_event", "deployment_success"], events.Select(e => e.EventType).Take(3));
        Assert.Equal("/shop-blue", events[1].AppId);
    }

    [Fact]
    public async Task Data_of_many_megabytes_are_one_event()
    {
        var large = $"data: {{\"eventType\":\"x\",\"plan\":\"{new string('p', 20_000_000)}\"}}\n\n";

        Assert.Equal("x", (await ReadUntilReconnectedAsync(Encoding.UTF8.GetBytes(large)))[1].EventType);
    }

    /// <summary>All events of one connection, its beginning with them.</summary>
    private static async Task<List<MarathonEvent>> ReadUntilReconnectedAsync(byte[] stream)
    {
        using var http = new HttpClient(new Answering(stream, "text/event-stream"));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var client = new MarathonClient(new MarathonHttp(
            http, new EndpointSet([new Uri("http://marathon:8080")]), NoAuthenticator.Instance, MarathonAt.Quick with { MaxReconnectDelay = TimeSpan.FromMilliseconds(1) }, new RecordingSink(), TimeProvider.System));
        var events = new List<MarathonEvent>();
        await foreach (var marathonEvent in client.WatchEventsAsync([], patience.Token))
        {
            if (marathonEvent.EventType == MarathonEventStream.Attached && events.Count > 0) break;
            events.Add(marathonEvent);
        }

        return events;
    }
}
