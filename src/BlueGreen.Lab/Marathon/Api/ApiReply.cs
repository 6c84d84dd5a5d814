using System.Text.Json;
using System.Text.Json.Nodes;
using BlueGreen.Lab.Marathon.Deployments;

namespace BlueGreen.Lab.Marathon.Api;

/// <summary>An answer of the API: status, JSON body, and the headers that come with a deployment.</summary>
internal sealed record ApiReply(int Status, JsonNode? Body = null, string? DeploymentId = null, string? Location = null)
{
    public static ApiReply Ok(JsonNode body) => new(200, body);

    public static ApiReply Deployed(DeploymentPlan plan, bool created = false, PathId? location = null) => new(
        created ? 201 : 200,
        new JsonObject { ["version"] = plan.Version.ToMarathon(), ["deploymentId"] = plan.Id },
        plan.Id,
        location?.ToString());
}

/// <summary>What all endpoints share: reading requests, writing answers, turning errors into Marathon's bodies.</summary>
internal static class ApiHandling
{
    /// <summary>Makes an endpoint of a handler that runs on the cluster's loop once the body is read.</summary>
    public static RequestDelegate OnLoop(MarathonCluster cluster, Func<ApiRequest, ApiReply> handler, bool readsBody = false, bool anyContentType = false) =>
        context => AnswerAsync(context, async () =>
        {
            var body = readsBody ? await ReadJsonAsync(context.Request, anyContentType) : null;
            var request = new ApiRequest(context, body);
            return await cluster.Loop.RunAsync(() => handler(request));
        });

    /// <summary>Makes an endpoint of a handler that needs nothing of the cluster's state.</summary>
    public static RequestDelegate OffLoop(Func<HttpContext, ApiReply> handler)
    {
        return AnswerAtOnceAsync;

        Task AnswerAtOnceAsync(HttpContext context) => AnswerAsync(context, () => Task.FromResult(handler(context)));
    }

    private static async Task AnswerAsync(HttpContext context, Func<Task<ApiReply>> handler)
    {
        ApiReply reply;
        try
        {
            reply = await handler();
        }
        catch (ApiException e)
        {
            reply = new ApiReply(e.Status, e.Body.DeepClone());
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            context.RequestServices.GetRequiredService<ILogger<ApiReply>>().LogError(e, "{Method} {Path} failed", context.Request.Method, context.Request.Path);
            reply = new ApiReply(500, new JsonObject { ["message"] = e.Message });
        }

        await WriteAsync(context.Response, reply);
    }

    private static async Task WriteAsync(HttpResponse response, ApiReply reply)
    {
        response.StatusCode = reply.Status;
        response.Headers.CacheControl = "no-cache, no-store, must-revalidate";
        if (reply.DeploymentId is not null) response.Headers["Marathon-Deployment-Id"] = reply.DeploymentId;
        if (reply.Location is not null) response.Headers.Location = reply.Location;
        if (reply.Body is null) return;
        response.ContentType = "application/json";
        await response.WriteAsync(reply.Body.ToJsonString(JsonReading.Plain));
    }

    private static async Task<JsonNode?> ReadJsonAsync(HttpRequest request, bool anyContentType)
    {
        if (!anyContentType && !(request.ContentType?.StartsWith("application/json", StringComparison.OrdinalIgnoreCase) ?? request.ContentLength is null or 0))
            throw new ApiException(415, new JsonObject { ["message"] = "Unsupported Media Type" });
        using var memory = new MemoryStream();
        await request.Body.CopyToAsync(memory, request.HttpContext.RequestAborted);
        if (memory.Length == 0)
        {
            throw new ApiException(400, new JsonObject
            {
                ["message"] = "Please specify data in JSON format",
                ["details"] = "No content to map due to end-of-input",
            });
        }

        try
        {
            return JsonNode.Parse(memory.ToArray());
        }
        catch (JsonException e)
        {
            throw new ApiException(400, new JsonObject { ["message"] = "Invalid JSON", ["details"] = e.Message });
        }
    }
}

/// <summary>A request with its body already read.</summary>
internal sealed class ApiRequest(HttpContext context, JsonNode? body)
{
    public JsonNode? Body { get; } = body;

    public string Uri => context.Request.Path;

    public string ClientIp => context.Connection.RemoteIpAddress?.ToString() ?? "";

    /// <summary>The part of the path that may hold slashes.</summary>
    public string Path => context.Request.RouteValues["path"] as string ?? "";

    public string? Query(string name) => context.Request.Query[name].FirstOrDefault();

    public IReadOnlyList<string> QueryAll(string name) => [.. context.Request.Query[name].OfType<string>()];

    public bool Flag(string name, bool otherwise = false) =>
        Query(name) is { } text ? text.Equals("true", StringComparison.OrdinalIgnoreCase) : otherwise;
}
