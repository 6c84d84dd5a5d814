using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using BlueGreen.Lab.Hosting;
using BlueGreen.Lab.Marathon;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace BlueGreen.Lab.Tests.Support;

internal sealed record Answer(HttpStatusCode Status, JsonNode? Body, string? DeploymentId)
{
    /// <summary>The body of an answer that must be a success.</summary>
    public JsonNode Value => (int)Status is >= 200 and < 300 ? Body! : throw new InvalidOperationException($"{Status}: {Body}");
}

/// <summary>The real scheduler with real tasks, spoken to over HTTP.</summary>
internal sealed class TestMarathon : IAsyncDisposable
{
    private readonly MarathonServer _server;
    private readonly HttpClient _http;

    private TestMarathon(MarathonServer server, string sandbox)
    {
        _server = server;
        Sandbox = sandbox;
        _http = new HttpClient { BaseAddress = server.Uri };
    }

    public string Sandbox { get; }

    public Uri Uri => _server.Uri;

    public static async Task<TestMarathon> StartAsync(params string[] agents)
    {
        var sandbox = Directory.CreateTempSubdirectory("bluegreen-lab-test-").FullName;
        var addresses = agents.Length == 0 ? [IPAddress.Loopback] : agents.Select(IPAddress.Parse).ToList();
        var server = await MarathonServer.StartAsync(
            new MarathonOptions(new IPEndPoint(IPAddress.Loopback, 0), addresses, sandbox, OwnCommand.Prefix),
            NullLoggerFactory.Instance, TimeProvider.System, TestContext.Current.CancellationToken);
        return new TestMarathon(server, sandbox);
    }

    public Task<Answer> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    public Task<Answer> PostAsync(string path, JsonNode? body = null) => SendAsync(HttpMethod.Post, path, body?.ToJsonString());

    public Task<Answer> PutAsync(string path, JsonNode body) => SendAsync(HttpMethod.Put, path, body.ToJsonString());

    public Task<Answer> PatchAsync(string path, JsonNode body) => SendAsync(HttpMethod.Patch, path, body.ToJsonString());

    public Task<Answer> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path);

    public async Task<Answer> SendAsync(HttpMethod method, string path, string? body = null, string contentType = "application/json")
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, contentType);
        using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var json = response.Content.Headers.ContentType?.MediaType == "application/json" ? JsonNode.Parse(text) : JsonValue.Create(text);
        return new Answer(response.StatusCode, json, response.Headers.TryGetValues("Marathon-Deployment-Id", out var ids) ? ids.Single() : null);
    }

    public Task<Stream> OpenEventsAsync(string query = "")
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/v2/events" + query);
        request.Headers.Accept.ParseAdd("text/event-stream");
        return OpenAsync();

        async Task<Stream> OpenAsync()
        {
            var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
            response.EnsureSuccessStatusCode();
            return await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        }
    }

    public async Task<JsonObject> AppAsync(string id) => (await GetAsync($"/v2/apps/{id}")).Value["app"]!.AsObject();

    public async Task<IReadOnlyList<JsonObject>> TasksAsync(string id) =>
        [.. (await GetAsync($"/v2/apps/{id}/tasks")).Value["tasks"]!.AsArray().OfType<JsonObject>()];

    /// <summary>Creates the app and waits until its deployment is done.</summary>
    public async Task<JsonObject> RunAsync(JsonObject app)
    {
        var answer = await PostAsync("/v2/apps", app);
        Assert.Equal(HttpStatusCode.Created, answer.Status);
        await DeployedAsync(answer);
        return await AppAsync(app["id"]!.GetValue<string>());
    }

    public Task DeployedAsync(Answer answer)
    {
        var id = answer.DeploymentId ?? throw new InvalidOperationException($"No deployment: {answer.Status} {answer.Body}");
        return Eventually.IsTrueAsync(
            async () => (await GetAsync("/v2/deployments")).Value.AsArray().All(d => d!["id"]!.GetValue<string>() != id), $"deployment {id} ends");
    }

    public Task<JsonObject> AppAsync(string id, Func<JsonObject, bool> condition, string what) =>
        Eventually.GetAsync(async () => await AppAsync(id) is var app && condition(app) ? app : null, what);

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _server.DisposeAsync();
        Directory.Delete(Sandbox, recursive: true);
    }
}

/// <summary>App definitions of tests.</summary>
internal static class Apps
{
    /// <summary>An app that does nothing for long.</summary>
    public static JsonObject Sleeping(string id, int instances = 1) => new() { ["id"] = id, ["cmd"] = "exec sleep 1000", ["instances"] = instances };

    /// <summary>The demo server with a health check that is asked every second.</summary>
    public static JsonObject Serving(string id, int instances = 1, string options = "") => new()
    {
        ["id"] = id,
        ["cmd"] = $"exec $BLUEGREEN_LAB serve {options}",
        ["instances"] = instances,
        ["healthChecks"] = new JsonArray(Check()),
    };

    public static JsonObject Check(string protocol = "HTTP") => new()
    {
        ["protocol"] = protocol,
        ["path"] = "/health",
        ["gracePeriodSeconds"] = 30,
        ["intervalSeconds"] = 1,
        ["timeoutSeconds"] = 2,
        ["maxConsecutiveFailures"] = 1,
    };

    /// <summary>The app of the DC/OS blue/green guide: bridged, port 8080 inside, its health checks where nothing reads them.</summary>
    public static JsonObject OfTheGuide(string id) => JsonNode.Parse($$"""
        {
          "id": "{{id}}",
          "cmd": "python3 -m http.server 8080",
          "cpus": 0.5,
          "mem": 32,
          "container": {
            "type": "DOCKER",
            "docker": {
              "image": "python:3",
              "network": "BRIDGE",
              "portMappings": [{ "containerPort": 8080, "hostPort": 0 }],
              "healthChecks": [{
                "protocol": "HTTP", "path": "/", "portIndex": 0, "timeoutSeconds": 10,
                "gracePeriodSeconds": 10, "intervalSeconds": 2, "maxConsecutiveFailures": 10
              }]
            }
          }
        }
        """)!.AsObject();

    public static JsonObject With(this JsonObject app, string member, JsonNode? value)
    {
        app[member] = value;
        return app;
    }
}
