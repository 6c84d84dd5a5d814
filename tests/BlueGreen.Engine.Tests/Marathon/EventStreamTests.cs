using System.Text;
using BlueGreen.Engine.Marathon;
using BlueGreen.Engine.Tests.Session;
using CsCheck;
using Microsoft.AspNetCore.Http;

namespace BlueGreen.Engine.Tests.Marathon;

public class EventStreamTests
{
    private const string Attached = "event: event_stream_attached\ndata: {\"eventType\":\"event_stream_attached\",\"timestamp\":\"2026-03-01T10:00:00.000Z\"}\n\n";
    private const string TaskRuns =
        "event: status_update_event\ndata: {\"eventType\":\"status_update_event\",\"appId\":\"/shop\",\"taskId\":\"shop.1\",\"taskStatus\":\"TASK_RUNNING\",\"timestamp\":\"2026-03-01T10:00:01.000Z\"}\n\n";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Filters_and_the_light_format_are_asked_for_and_the_attachment_is_told_once()
    {
        await using var server = await LoopbackServer.StartAsync((http, _) => StreamAsync(http, Attached + TaskRuns, stay: true));
        using var marathon = new MarathonAt(server.Address);

        var events = await TakeAsync(marathon.Client.WatchEventsAsync(["status_update_event", "deployment_success"], Token), 2);

        Assert.Equal(["event_stream_attached", "status_update_event"], events.Select(e => e.EventType));
        Assert.Equal(("/shop", "shop.1"), (events[1].AppId, events[1].TaskId));
        Assert.Equal(new DateTimeOffset(2026, 3, 1, 10, 0, 1, TimeSpan.Zero), events[1].Timestamp);
        var request = Assert.Single(server.Requests);
        Assert.Equal("/v2/events?plan_format=light&event_type=status_update_event&event_type=deployment_success", request.PathAndQuery);
        Assert.Equal("text/event-stream", request.Accept);
    }

    [Fact]
    public async Task A_stream_that_ends_or_breaks_is_opened_again()
    {
        var calls = 0;
        var arrived = new TaskCompletionSource();
        await using var server = await LoopbackServer.StartAsync(async (http, _) =>
        {
            switch (++calls)
            {
                case 1:
                    await StreamAsync(http, TaskRuns, stay: false);
                    break;
                case 2:
                    await http.Empty(503);
                    break;
                case 3:
                    await StreamAsync(http, TaskRuns, stay: false);
                    await arrived.Task;
                    http.Abort();
                    break;
                case 4:
                    await http.Cut();
                    break;
                default:
                    await StreamAsync(http, TaskRuns, stay: true);
                    break;
            }
        });
        using var marathon = new MarathonAt(server.Address);

        var seen = new List<string>();
        await foreach (var e in marathon.Client.WatchEventsAsync([], Token))
        {
            seen.Add(e.EventType);
            if (seen.Count == 4) arrived.SetResult();
            if (seen.Count == 6) break;
        }

        Assert.Equal(Enumerable.Repeat(new[] { "event_stream_attached", "status_update_event" }, 3).SelectMany(pair => pair), seen);
    }

    [Fact]
    public async Task A_silent_stream_is_opened_again()
    {
        await using var server = await LoopbackServer.StartAsync((http, _) => StreamAsync(http, Attached, stay: true));
        using var marathon = new MarathonAt([server.Address], MarathonAt.Quick with { EventSilence = TimeSpan.FromMilliseconds(100) });

        var events = await TakeAsync(marathon.Client.WatchEventsAsync([], Token), 3);

        Assert.All(events, e => Assert.Equal("event_stream_attached", e.EventType));
        Assert.True(server.Requests.Count >= 3);
        Assert.Contains(marathon.Sink.Of(MessageLevel.Debug), line => line.Contains("nothing came for too long"));
    }

    [Fact]
    public async Task Heartbeats_keep_a_stream_without_news_alive()
    {
        await using var server = await LoopbackServer.StartAsync(async (http, _) =>
        {
            await StreamAsync(http, "", stay: false);
            for (var i = 0; i < 15; i++)
            {
                await Task.Delay(40, http.RequestAborted);
                await http.Response.WriteAsync("\r\n");
                await http.Response.Body.FlushAsync();
            }

            await StreamAsync(http, TaskRuns, stay: true);
        });
        using var marathon = new MarathonAt([server.Address], MarathonAt.Quick with { EventSilence = TimeSpan.FromMilliseconds(400) });

        var events = await TakeAsync(marathon.Client.WatchEventsAsync([], Token), 2);

        Assert.Equal("status_update_event", events[1].EventType);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task What_cannot_be_read_is_left_out_and_told_once()
    {
        var garbage = "event: x\ndata: {\"eventType\":\n\nevent: y\ndata: nothing\n\n";
        await using var server = await LoopbackServer.StartAsync((http, _) => StreamAsync(http, garbage + garbage + TaskRuns, stay: true));
        using var marathon = new MarathonAt(server.Address);

        var events = await TakeAsync(marathon.Client.WatchEventsAsync([], Token), 2);

        Assert.Equal("status_update_event", events[1].EventType);
        Assert.Single(marathon.Sink.Of(MessageLevel.Warning));
    }

    [Theory]
    [InlineData(401, "AuthenticationFailed")]
    [InlineData(403, "PermissionDenied")]
    [InlineData(404, "MarathonAnswerUnreadable")]
    [InlineData(200, "MarathonAnswerUnreadable")]
    public async Task A_cluster_that_refuses_the_stream_says_so_at_once(int status, string errorId)
    {
        await using var server = await LoopbackServer.StartAsync((http, _) => http.Text(status, "text/html", "<html>"));
        using var marathon = new MarathonAt(server.Address);

        var error = await Assert.ThrowsAsync<BlueGreenException>(() => TakeAsync(marathon.Client.WatchEventsAsync([], Token), 1));

        Assert.Equal(errorId, error.ErrorId);
    }

    [Fact]
    public async Task The_stream_follows_a_redirect_to_the_leader()
    {
        await using var leader = await LoopbackServer.StartAsync((http, _) => StreamAsync(http, TaskRuns, stay: true));
        await using var server = await LoopbackServer.StartAsync((http, request) =>
        {
            http.Response.Headers.Location = new Uri(leader.Address, request.PathAndQuery).AbsoluteUri;
            return http.Empty(302);
        });
        using var marathon = new MarathonAt(server.Address);

        var events = await TakeAsync(marathon.Client.WatchEventsAsync(["status_update_event"], Token), 2);

        Assert.Equal("status_update_event", events[1].EventType);
    }

    [Fact]
    public async Task Cancelling_ends_the_watch_and_closes_the_connection()
    {
        var closed = new TaskCompletionSource();
        await using var server = await LoopbackServer.StartAsync(async (http, _) =>
        {
            http.RequestAborted.Register(closed.SetResult);
            await StreamAsync(http, TaskRuns, stay: true);
        });
        using var marathon = new MarathonAt(server.Address);
        using var stop = new CancellationTokenSource();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var e in marathon.Client.WatchEventsAsync([], stop.Token))
            {
                if (e.EventType == "status_update_event") await stop.CancelAsync();
            }
        });
        await closed.Task.WaitAsync(TimeSpan.FromSeconds(10), Token);
    }

    [Theory]
    [InlineData("\r\n")]
    [InlineData("\n")]
    [InlineData("")]
    public void Several_events_in_one_message_are_all_read(string between)
    {
        var events = MarathonEventReader.Read("deployment_info", """{"eventType":"deployment_info","plan":{"id":"d-1"}}""" + between + """{"eventType":"app_terminated_event","appId":"/shop"}""", out var unreadable);

        Assert.False(unreadable);
        Assert.Equal(["d-1", null], events.Select(e => e.DeploymentId));
        Assert.Equal([null, "/shop"], events.Select(e => e.AppId));
    }

    [Theory]
    [InlineData("""{"id":"d-1"}""", "deployment_success", "d-1", null, null)]
    [InlineData("""{"eventType":"instance_changed_event","instanceId":"i-1","runSpecId":"/shop"}""", "instance_changed_event", null, "/shop", "i-1")]
    [InlineData("""{"eventType":"api_post_event","appDefinition":{"id":"/shop"}}""", "api_post_event", null, "/shop", null)]
    public void Each_kind_of_event_tells_what_it_is_about(string json, string type, string? deployment, string? app, string? task)
    {
        var read = Assert.Single(MarathonEventReader.Read(type, json, out _));

        Assert.Equal((type, deployment, app, task), (read.EventType, read.DeploymentId, read.AppId, read.TaskId));
        Assert.Equal(json, read.Json);
    }

    [Fact]
    public void No_text_whatever_breaks_the_reader()
    {
        var piece = Gen.OneOf("{", "}", "\"eventType\":", "\"a\"", "[", "]", ",", "1e999999", "\r\n", "null", "//", "\u0000", "\"id\":{}", "'");

        Gen.OneOf(Gen.String, piece.Array[0, 12].Select(string.Concat)).Sample(text => MarathonEventReader.Read("x", text, out _).IsDefault == false);
    }

    private static async Task StreamAsync(HttpContext http, string text, bool stay)
    {
        if (!http.Response.HasStarted) http.Response.ContentType = "text/event-stream;charset=utf-8";
        await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(text));
        await http.Response.Body.FlushAsync();
        if (stay) await Task.Delay(Timeout.Infinite, http.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
    }

    private static async Task<List<MarathonEvent>> TakeAsync(IAsyncEnumerable<MarathonEvent> events, int count)
    {
        var taken = new List<MarathonEvent>();
        await foreach (var marathonEvent in events)
        {
            taken.Add(marathonEvent);
            if (taken.Count == count) break;
        }

        return taken;
    }
}
