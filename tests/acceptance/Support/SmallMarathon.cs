using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace BlueGreen.Acceptance.Support;

/// <summary>
/// A Marathon that does at once what it is told, and remembers what that was. For what the cmdlets say and show; how they fare with
/// real tasks is seen on the lab.
/// </summary>
internal sealed class SmallMarathon : IAsyncDisposable
{
    private readonly WebApplication _server;
    private readonly ConcurrentDictionary<string, JsonObject> _apps = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _changes = new();
    private readonly ConcurrentDictionary<Channel<string>, bool> _listeners = new();

    private SmallMarathon(WebApplication server)
    {
        _server = server;
        server.Run(AnswerAsync);
    }

    public string Uri => _server.Urls.Single();

    /// <summary>Requests that would change the cluster, such as <c>PUT /v2/apps//shop {"instances":2}</c>.</summary>
    public IReadOnlyList<string> Changes => [.. _changes];

    /// <summary>How many streams of events are open.</summary>
    public int Listeners => _listeners.Count;

    /// <summary>Headers of the last request, by name.</summary>
    public string? LastAuthorization { get; private set; }

    /// <summary>Running deployments, as JSON.</summary>
    public JsonArray Deployments { get; } = [];

    public static async Task<SmallMarathon> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var marathon = new SmallMarathon(builder.Build());
        await marathon._server.StartAsync(TestContext.Current.CancellationToken);
        return marathon;
    }

    /// <summary>Puts an app there, with as many tasks that run and are healthy.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="instances">How many are wanted.</param>
    /// <param name="running">How many run; null for all.</param>
    /// <param name="change">Changes what is told of it.</param>
    public void Add(string id, int instances, int? running = null, Action<JsonObject>? change = null)
    {
        var count = running ?? instances;
        var app = new JsonObject
        {
            ["id"] = id,
            ["instances"] = instances,
            ["cmd"] = "serve",
            ["portDefinitions"] = new JsonArray(new JsonObject { ["port"] = 10000 }),
            ["healthChecks"] = new JsonArray(new JsonObject { ["protocol"] = "HTTP", ["portIndex"] = 0 }),
            ["labels"] = new JsonObject(),
            ["version"] = "2026-01-02T03:04:05.678Z",
            ["deployments"] = new JsonArray(),
            ["tasksStaged"] = instances - count,
            ["tasksRunning"] = count,
            ["tasksHealthy"] = count,
            ["tasksUnhealthy"] = 0,
            ["tasks"] = new JsonArray([.. Enumerable.Range(1, count).Select(n => TaskOf(id, n))]),
        };
        change?.Invoke(app);
        _apps[id] = app;
    }

    /// <summary>Sends an event to whoever listens.</summary>
    public void Tell(string eventType, JsonObject data)
    {
        data["eventType"] = eventType;
        foreach (var listener in _listeners.Keys) listener.Writer.TryWrite($"event: {eventType}\ndata: {data.ToJsonString()}\n\n");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var listener in _listeners.Keys) listener.Writer.TryComplete();
        await _server.DisposeAsync();
    }

    private static JsonObject TaskOf(string appId, int number) => new()
    {
        ["id"] = $"{appId.TrimStart('/').Replace('/', '_')}.instance-0000000{number}-0000-0000-0000-000000000000._app.1",
        ["appId"] = appId,
        ["host"] = "10.0.6.25",
        ["state"] = "TASK_RUNNING",
        ["ports"] = new JsonArray(31000 + number),
        ["ipAddresses"] = new JsonArray(new JsonObject { ["ipAddress"] = "10.0.6.25" }),
        ["healthCheckResults"] = new JsonArray(new JsonObject { ["alive"] = true }),
    };

    private Task AnswerAsync(HttpContext http)
    {
        LastAuthorization = http.Request.Headers.Authorization;
        var path = http.Request.Path.Value!;
        return (http.Request.Method, path) switch
        {
            ("GET", "/v2/info") => JsonAsync(http, new JsonObject { ["name"] = "marathon", ["version"] = "1.11.24", ["leader"] = "10.0.0.1:8080" }),
            ("GET", "/v2/events") => StreamAsync(http),
            ("GET", "/v2/queue") => JsonAsync(http, new JsonObject { ["queue"] = new JsonArray() }),
            ("GET", "/v2/deployments") => JsonAsync(http, Deployments.DeepClone()),
            ("GET", "/v2/apps") => JsonAsync(http, new JsonObject { ["apps"] = new JsonArray([.. _apps.Values.OrderBy(a => (string?)a["id"]).Select(a => a.DeepClone())]) }),
            ("GET", _) => OneAsync(http, path["/v2/apps".Length..]),
            _ => ChangeAsync(http, path),
        };
    }

    private Task OneAsync(HttpContext http, string id) => _apps.TryGetValue(id, out var app)
        ? JsonAsync(http, new JsonObject { ["app"] = app.DeepClone() })
        : JsonAsync(http, new JsonObject { ["message"] = $"App '{id}' does not exist" }, 404);

    private async Task ChangeAsync(HttpContext http, string path)
    {
        using var reader = new StreamReader(http.Request.Body);
        var body = await reader.ReadToEndAsync(http.RequestAborted);
        var json = body.Length == 0 ? null : JsonNode.Parse(body)!.AsObject();
        _changes.Enqueue($"{http.Request.Method} {path}{http.Request.QueryString} {json?.ToJsonString()}".TrimEnd());
        if (http.Request.Method == "POST" && path == "/v2/apps")
        {
            var id = (string)json!["id"]!;
            if (_apps.ContainsKey(id))
            {
                await JsonAsync(http, new JsonObject { ["message"] = $"An app with id [{id}] already exists." }, 409);
                return;
            }

            Add(id, (int?)json["instances"] ?? 1);
        }
        else if (http.Request.Method == "DELETE")
        {
            _apps.TryRemove(path["/v2/apps".Length..], out _);
        }
        else if (_apps.TryGetValue(path.StartsWith("/v2/apps/", StringComparison.Ordinal) ? path["/v2/apps".Length..] : "", out var app))
        {
            if (json!["instances"] is { } instances) Add((string)app["id"]!, (int)instances);
        }

        await JsonAsync(http, new JsonObject { ["version"] = "2026-01-02T03:04:05.678Z", ["deploymentId"] = "d-1" });
    }

    private async Task StreamAsync(HttpContext http)
    {
        var events = Channel.CreateUnbounded<string>();
        http.Response.ContentType = "text/event-stream";
        await http.Response.WriteAsync("event: event_stream_attached\ndata: {\"eventType\":\"event_stream_attached\"}\n\n", http.RequestAborted);
        await http.Response.Body.FlushAsync(http.RequestAborted);
        _listeners[events] = true;
        try
        {
            await foreach (var text in events.Reader.ReadAllAsync(http.RequestAborted))
            {
                await http.Response.WriteAsync(text, http.RequestAborted);
                await http.Response.Body.FlushAsync(http.RequestAborted);
            }
        }
        catch (OperationCanceledException)
        {
            // The listener has gone.
        }
        finally
        {
            _listeners.TryRemove(events, out _);
        }
    }

    private static Task JsonAsync(HttpContext http, JsonNode json, int status = 200)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        return http.Response.WriteAsync(json.ToJsonString(), http.RequestAborted);
    }
}
