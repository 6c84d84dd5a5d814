using System.Text.Json.Nodes;
using BlueGreen.Lab.Marathon.Instances;
using BlueGreen.Lab.Marathon.State;

namespace BlueGreen.Lab.Marathon.Api;

/// <summary><c>/v2/apps/{id}/tasks</c>.</summary>
internal sealed class AppTasksApi(MarathonCluster cluster)
{
    private readonly TaskKiller _killer = new(cluster);

    public ApiReply List(string path)
    {
        IEnumerable<PathId> apps;
        if (AppsApi.GroupOf(path) is { } group)
        {
            if (!cluster.Groups.Root.HasGroup(group)) throw ApiException.GroupNotFound(group);
            apps = cluster.Groups.Root.AppsBelow(group).Select(app => app.Id);
        }
        else
        {
            var id = PathId.Parse(path);
            if (cluster.Groups.Root.App(id) is null) throw ApiException.AppNotFound(id);
            apps = [id];
        }

        return ApiReply.Ok(Tasks(apps.SelectMany(cluster.Tracker.OfApp)));
    }

    /// <summary>Kills the app's tasks: all, those on one host, or (with <paramref name="taskId"/>) one.</summary>
    public ApiReply Delete(ApiRequest request, PathId id, string taskId)
    {
        var (scale, wipe) = TaskKiller.Ways(request);
        if (cluster.Groups.Root.App(id) is null) throw ApiException.AppNotFound(id);
        var host = request.Query("host");
        var instanceId = TaskIds.TryParse(taskId)?.InstanceId;
        var chosen = cluster.Tracker.OfApp(id)
            .Where(i => taskId.Length == 0 || i.Id == instanceId)
            .Where(i => host is null or "*" || i.Placement?.Agent.Host == host)
            .ToList();
        if (scale)
            return ApiReply.Deployed(_killer.KillAndScale(new Dictionary<PathId, IReadOnlyList<Instance>> { [id] = chosen }, request.Flag("force")));

        // The answer shows the tasks as they were when they were chosen.
        var shown = Tasks(chosen);
        _killer.Kill(chosen, wipe);
        if (taskId.Length == 0) return ApiReply.Ok(shown);
        var single = shown["tasks"]!.AsArray().FirstOrDefault() ?? throw ApiException.NotFound($"Task '{taskId}' does not exist");
        return ApiReply.Ok(new JsonObject { ["task"] = single.DeepClone() });
    }

    internal static JsonObject Tasks(IEnumerable<Instance> instances) => new()
    {
        ["tasks"] = instances.Select(i => (JsonNode?)TaskJson.Of(i)).Where(t => t is not null).ToJsonArray(),
    };
}
