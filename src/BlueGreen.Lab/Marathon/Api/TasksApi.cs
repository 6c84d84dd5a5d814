using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using BlueGreen.Lab.Marathon.Instances;

namespace BlueGreen.Lab.Marathon.Api;

/// <summary><c>/v2/tasks</c>: all tasks, as JSON or (until Marathon 1.8) as text, and killing some of them.</summary>
internal sealed class TasksApi(MarathonCluster cluster)
{
    private readonly TaskKiller _killer = new(cluster);

    public void Map(IEndpointRouteBuilder routes)
    {
        var json = ApiHandling.OnLoop(cluster, List);
        routes.MapGet("/v2/tasks", context => WantsText(context.Request) ? WriteTextAsync(context) : json(context));
        routes.MapPost("/v2/tasks/delete", ApiHandling.OnLoop(cluster, Delete, readsBody: true));
    }

    private static bool WantsText(HttpRequest request) =>
        request.Headers.Accept.ToString() is var accept && accept.Contains("text/plain", StringComparison.Ordinal)
        && !accept.Contains("application/json", StringComparison.Ordinal);

    private ApiReply List(ApiRequest request)
    {
        var wanted = request.QueryAll("status").Concat(request.QueryAll("status[]"))
            .Select(s => s.ToUpperInvariant()).Where(s => s is "RUNNING" or "STAGING").Select(s => "TASK_" + s).ToHashSet();
        var tasks = cluster.Tracker.All
            .Where(i => cluster.Groups.Root.App(i.AppId) is not null)
            .Where(i => wanted.Count == 0 || wanted.Contains(i.TaskState))
            .Select(i => (JsonNode?)TaskJson.Of(i, cluster.Groups.Root.App(i.AppId)!.ServicePorts));
        return ApiReply.Ok(new JsonObject { ["tasks"] = tasks.Where(t => t is not null).ToJsonArray() });
    }

    private ApiReply Delete(ApiRequest request)
    {
        var (scale, wipe) = TaskKiller.Ways(request);
        if (request.Body?["ids"] is not JsonArray ids) throw ApiException.WrongShape([new Violation("/ids", "error.path.missing")]);
        var chosen = new List<Instance>();
        foreach (var id in ids)
        {
            if (id?.GetValueKind() != JsonValueKind.String) throw ApiException.WrongShape([new Violation("/ids", "error.expected.jsstring")]);
            var text = id.GetValue<string>();
            var parsed = TaskIds.TryParse(text) ?? throw ApiException.BadRequest($"Invalid task id '{text}'. [taskId {text} no valid identifier]");
            // A task that is gone is left out, as in Marathon: whoever asks must look at what became of it.
            if (cluster.Tracker.Find(parsed.InstanceId) is { } instance && !chosen.Contains(instance)) chosen.Add(instance);
        }

        if (scale)
        {
            return ApiReply.Deployed(_killer.KillAndScale(
                chosen.GroupBy(i => i.AppId).ToDictionary(g => g.Key, g => (IReadOnlyList<Instance>)[.. g]), request.Flag("force")));
        }

        var known = chosen.Where(i => cluster.Groups.Root.App(i.AppId) is not null).ToList();
        var shown = AppTasksApi.Tasks(known);
        _killer.Kill(known, wipe);
        return ApiReply.Ok(shown);
    }

    /// <summary>One line per app and service port: id, port, and where the port is served, separated by tabs.</summary>
    private async Task WriteTextAsync(HttpContext context)
    {
        var text = await cluster.Loop.RunAsync(() =>
        {
            var lines = new StringBuilder();
            foreach (var app in cluster.Groups.Root.Apps.Values)
            {
                var running = cluster.Tracker.OfApp(app.Id).Where(i => i.Condition == Condition.Running).ToList();
                var ports = app.ServicePorts.ToList();
                for (var index = 0; index < Math.Max(1, ports.Count); index++)
                {
                    lines.Append(app.Id.SafePath).Append('\t').Append(ports.Count == 0 ? " " : ports[index]).Append('\t');
                    foreach (var placement in running.Select(i => i.Placement!))
                    {
                        lines.Append(placement.Agent.Host);
                        if (index < placement.HostPorts.Count && placement.HostPorts[index] is { } port) lines.Append(':').Append(port);
                        lines.Append('\t');
                    }

                    lines.Append('\n');
                }
            }

            return lines.ToString();
        });
        context.Response.ContentType = "text/plain";
        await context.Response.WriteAsync(text);
    }
}
