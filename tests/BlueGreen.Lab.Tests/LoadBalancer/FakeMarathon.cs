using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace BlueGreen.Lab.Tests.LoadBalancer;

/// <summary>The two resources of Marathon that marathon-lb reads, with apps and events as the test sets them.</summary>
internal sealed class FakeMarathon : IAsyncDisposable
{
    private readonly ConcurrentDictionary<Guid, Channel<string>> _listeners = new();
    private readonly WebApplication _app;
    private volatile string _apps = """{"apps":[]}""";
    private int _reads;

    private FakeMarathon(IPEndPoint endpoint)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(endpoint));
        _app = builder.Build();
        _app.MapGet("/v2/apps", (string embed) =>
        {
            Interlocked.Increment(ref _reads);
            return embed == "apps.tasks" ? Results.Content(_apps, "application/json") : Results.BadRequest();
        });
        _app.MapGet("/v2/events", StreamAsync);
    }

    public Uri Uri => new(_app.Urls.First());

    public int Reads => Volatile.Read(ref _reads);

    public int Listeners => _listeners.Count;

    public static async Task<FakeMarathon> StartAsync(IPEndPoint endpoint)
    {
        var marathon = new FakeMarathon(endpoint);
        await marathon._app.StartAsync();
        return marathon;
    }

    /// <summary>Sets the app list without an event.</summary>
    public void Set(params JsonObject[] apps) =>
        _apps = new JsonObject { ["apps"] = new JsonArray([.. apps.Select(app => app.DeepClone())]) }.ToJsonString();

    /// <summary>Sets the app list and tells it by an event.</summary>
    public void Publish(params JsonObject[] apps)
    {
        Set(apps);
        Send("status_update_event");
    }

    public void Send(string eventType)
    {
        foreach (var listener in _listeners.Values)
            listener.Writer.TryWrite($"event: {eventType}\ndata: {{\"eventType\":\"{eventType}\"}}\n\n");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var listener in _listeners.Values)
            listener.Writer.TryComplete();
        await _app.DisposeAsync();
    }

    private async Task StreamAsync(HttpContext context)
    {
        var id = Guid.NewGuid();
        var events = Channel.CreateUnbounded<string>();
        context.Response.ContentType = "text/event-stream";
        await context.Response.WriteAsync("event: event_stream_attached\ndata: {\"eventType\":\"event_stream_attached\"}\n\n");
        await context.Response.Body.FlushAsync();
        _listeners[id] = events;
        try
        {
            await foreach (var text in events.Reader.ReadAllAsync(context.RequestAborted))
            {
                await context.Response.WriteAsync(text);
                await context.Response.Body.FlushAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // The listener left.
        }
        finally
        {
            _listeners.TryRemove(id, out _);
        }
    }
}
