using System.Text;
using BlueGreen.Engine.Marathon;
using BlueGreen.Engine.Tests.Session;
using Microsoft.AspNetCore.Http;

namespace BlueGreen.Engine.Tests.Marathon;

/// <summary>Two instances of one Marathon behind a path, of which one is in trouble.</summary>
public sealed class FailOverTests : IAsyncLifetime
{
    private const string Prefix = "/service/marathon";

    private LoopbackServer _first = null!;
    private LoopbackServer _second = null!;
    private MarathonAt _marathon = null!;
    private volatile Func<HttpContext, Task> _firstAnswers = AppsAsync;
    private volatile Func<HttpContext, Task> _secondAnswers = AppsAsync;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _first = await LoopbackServer.StartAsync((http, _) => _firstAnswers(http));
        _second = await LoopbackServer.StartAsync((http, _) => _secondAnswers(http));
        _marathon = new MarathonAt(
            [new Uri(_first.Address, Prefix), new Uri(_second.Address, Prefix + "/")],
            MarathonAt.Quick with { RequestTimeout = TimeSpan.FromSeconds(2), EventSilence = TimeSpan.FromMilliseconds(500) });
    }

    public async ValueTask DisposeAsync()
    {
        _marathon.Dispose();
        await _first.DisposeAsync();
        await _second.DisposeAsync();
    }

    [Theory]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task An_instance_that_cannot_serve_is_left_for_the_other_and_the_path_is_kept(int status)
    {
        _firstAnswers = http => http.Empty(status);

        Assert.Empty(await _marathon.Client.GetAppsAsync(null, Token));
        Assert.Empty(await _marathon.Client.GetAppsAsync(null, Token));

        Assert.Single(_first.Requests);
        Assert.Equal(2, _second.Requests.Count);
        Assert.All(_first.Requests.Concat(_second.Requests), r => Assert.StartsWith(Prefix + "/v2/apps?", r.PathAndQuery));
    }

    [Fact]
    public async Task While_a_leader_is_elected_both_are_asked_in_turn_until_one_can_serve()
    {
        var left = 4;
        _firstAnswers = _secondAnswers = http => Interlocked.Decrement(ref left) >= 0 ? http.Empty(503) : AppsAsync(http);

        Assert.Empty(await _marathon.Client.GetAppsAsync(null, Token));

        Assert.Equal((3, 2), (_first.Requests.Count, _second.Requests.Count));
    }

    [Fact]
    public async Task An_instance_that_hangs_costs_its_time_out_once_and_not_the_patience_for_the_other()
    {
        var left = 3;
        _firstAnswers = HangAsync;
        _secondAnswers = http => Interlocked.Decrement(ref left) >= 0 ? http.Empty(503) : AppsAsync(http);

        Assert.Empty(await _marathon.Client.GetAppsAsync(null, Token));
        Assert.Empty(await _marathon.Client.GetAppsAsync(null, Token));

        Assert.Single(_first.Requests);
        Assert.Equal(5, _second.Requests.Count);
    }

    [Fact]
    public async Task When_both_are_gone_the_error_names_one_and_says_that_it_may_pass()
    {
        await _first.DisposeAsync();
        await _second.DisposeAsync();

        var error = await Assert.ThrowsAsync<BlueGreenException>(() => _marathon.Client.GetAppsAsync(null, Token));

        Assert.Equal(("MarathonUnreachable", ErrorKind.Unavailable), (error.ErrorId, error.Kind));
        Assert.Contains(Prefix, error.Message);
        Assert.Contains("elected", error.Remedy);
    }

    [Fact]
    public async Task A_stream_to_an_instance_that_dies_goes_on_at_the_other()
    {
        _firstAnswers = _secondAnswers = StreamAsync;
        await using var events = _marathon.Client.WatchEventsAsync([], Token).GetAsyncEnumerator(Token);
        await ReadAsync(events, 2);
        await _first.DisposeAsync();

        Assert.Equal(["event_stream_attached", "status_update_event"], await ReadAsync(events, 2));

        Assert.StartsWith(Prefix + "/v2/events?", Assert.Single(_second.Requests).PathAndQuery);
    }

    [Fact]
    public async Task A_stream_to_an_instance_that_falls_silent_goes_on_at_the_other()
    {
        _firstAnswers = http => StreamAsync(http, beat: false);
        _secondAnswers = StreamAsync;
        await using var events = _marathon.Client.WatchEventsAsync([], Token).GetAsyncEnumerator(Token);

        await ReadAsync(events, 4);

        Assert.Single(_first.Requests);
        Assert.Single(_second.Requests);
    }

    [Theory]
    [InlineData(503)]
    [InlineData(0)]
    public async Task A_stream_that_the_first_instance_cannot_open_is_opened_at_the_other(int status)
    {
        _firstAnswers = http => status == 0 ? HangAsync(http) : http.Empty(status);
        _secondAnswers = StreamAsync;
        await using var events = _marathon.Client.WatchEventsAsync([], Token).GetAsyncEnumerator(Token);

        await ReadAsync(events, 2);

        Assert.Single(_first.Requests);
        Assert.Single(_second.Requests);
    }

    private static Task AppsAsync(HttpContext http) => http.Json(200, """{"apps":[]}""");

    private static Task HangAsync(HttpContext http) => Task.Delay(Timeout.Infinite, http.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);

    private static Task StreamAsync(HttpContext http) => StreamAsync(http, beat: true);

    /// <summary>One event, and heartbeats behind it.</summary>
    private static async Task StreamAsync(HttpContext http, bool beat)
    {
        http.Response.ContentType = "text/event-stream";
        var text = "event: status_update_event\ndata: {\"eventType\":\"status_update_event\"}\n\n";
        while (!http.RequestAborted.IsCancellationRequested)
        {
            await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(text));
            await http.Response.Body.FlushAsync();
            if (!beat) await HangAsync(http);
            text = "\r\n";
            await Task.Delay(50, http.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    private static async Task<List<string>> ReadAsync(IAsyncEnumerator<MarathonEvent> events, int count)
    {
        var read = new List<string>();
        while (read.Count < count)
        {
            Assert.True(await events.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20), Token));
            read.Add(events.Current.EventType);
        }

        return read;
    }
}
