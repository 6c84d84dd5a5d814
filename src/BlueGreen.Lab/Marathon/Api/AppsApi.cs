using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using BlueGreen.Lab.Marathon.Events;
using BlueGreen.Lab.Marathon.Instances;
using BlueGreen.Lab.Marathon.State;

namespace BlueGreen.Lab.Marathon.Api;

/// <summary><c>/v2/apps</c>. Ids hold slashes, so what follows an id is told apart here and not by the router.</summary>
internal sealed partial class AppsApi(MarathonCluster cluster, TimeProvider time)
{
    private readonly AppChanges _changes = new(cluster);
    private readonly AppTasksApi _tasks = new(cluster);

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v2/apps", ApiHandling.OnLoop(cluster, List));
        routes.MapPost("/v2/apps", ApiHandling.OnLoop(cluster, Create, readsBody: true));
        routes.MapPut("/v2/apps", ApiHandling.OnLoop(cluster, r => UpdateMany(r, r.Flag("partialUpdate", true), mayCreate: true), readsBody: true));
        routes.MapPatch("/v2/apps", ApiHandling.OnLoop(cluster, r => UpdateMany(r, partial: true, mayCreate: false), readsBody: true));
        routes.MapGet("/v2/apps/{**path}", ApiHandling.OnLoop(cluster, Get));
        routes.MapPut("/v2/apps/{**path}", ApiHandling.OnLoop(cluster, r => Update(r, r.Flag("partialUpdate", true), mayCreate: true), readsBody: true));
        routes.MapPatch("/v2/apps/{**path}", ApiHandling.OnLoop(cluster, r => Update(r, partial: true, mayCreate: false), readsBody: true));
        routes.MapDelete("/v2/apps/{**path}", ApiHandling.OnLoop(cluster, Delete));
        routes.MapPost("/v2/apps/{**path}", ApiHandling.OnLoop(cluster, Restart));
    }

    private ApiReply List(ApiRequest request)
    {
        var labels = request.Query("label") is { } selector ? LabelSelector.Parse(selector) : _ => true;
        var apps = cluster.Groups.Root.Apps.Values
            .Where(app => request.Query("id") is not { } id || app.Id.ToString().Contains(id, StringComparison.OrdinalIgnoreCase))
            .Where(app => request.Query("cmd") is not { } cmd || (app.Command?.Contains(cmd, StringComparison.OrdinalIgnoreCase) ?? false))
            .Where(app => labels(app.Labels));
        // Counts and deployments are always there, for clients from before embeds existed.
        var embeds = AppInfo.ParseEmbeds(request.QueryAll("embed")) | AppEmbeds.Counts | AppEmbeds.Deployments;
        return ApiReply.Ok(new JsonObject { ["apps"] = ToJson(apps, embeds) });
    }

    private ApiReply Create(ApiRequest request)
    {
        var app = _changes.Create(request.Body);
        var plan = cluster.Groups.Update(
            app.Id.Parent,
            (root, version) => root.App(app.Id) is null
                ? root.With(app, version)
                : throw ApiException.Conflict($"An app with id [{app.Id}] already exists."),
            request.Flag("force"));
        cluster.Events.ApiPost(request.ClientIp, request.Uri, plan.Target.App(app.Id)!);

        // The answer shows the app as it was sent: service ports that were left open are open still.
        var json = app.ToJson();
        json["version"] = plan.Version.ToMarathon();
        foreach (var count in new[] { "tasksStaged", "tasksRunning", "tasksHealthy", "tasksUnhealthy" }) json[count] = 0;
        json["deployments"] = new JsonArray(new JsonObject { ["id"] = plan.Id });
        return new ApiReply(201, json, plan.Id, app.Id.ToString());
    }

    private ApiReply Get(ApiRequest request)
    {
        if (SubResource().Match(request.Path) is { Success: true } match)
        {
            var (id, kind, rest) = (match.Groups["id"].Value, match.Groups["kind"].Value, match.Groups["rest"].Value);
            if (kind == "tasks" && rest.Length == 0) return _tasks.List(id);
            if (kind == "versions") return Versions(PathId.Parse(id), rest);
        }

        var embeds = AppInfo.ParseEmbeds(request.QueryAll("embed"))
            | AppEmbeds.Counts | AppEmbeds.Tasks | AppEmbeds.LastTaskFailure | AppEmbeds.Deployments;
        if (GroupOf(request.Path) is { } group)
        {
            if (!cluster.Groups.Root.HasGroup(group)) throw ApiException.GroupNotFound(group);
            return ApiReply.Ok(new JsonObject { ["*"] = ToJson(cluster.Groups.Root.AppsBelow(group), embeds) });
        }

        var app = Find(PathId.Parse(request.Path));
        return ApiReply.Ok(new JsonObject { ["app"] = AppInfo.ToJson(cluster, app, embeds, time.GetUtcNow()) });
    }

    private ApiReply Versions(PathId id, string version)
    {
        if (version.Length == 0)
        {
            Find(id);
            return ApiReply.Ok(new JsonObject { ["versions"] = cluster.Groups.VersionsOf(id).Select(v => v.ToMarathon()).ToJsonArray() });
        }

        var wanted = Timestamps.Parse(version);
        return ApiReply.Ok((cluster.Groups.AppAt(id, wanted) ?? throw ApiException.AppNotFound(id, wanted.ToMarathon())).ToJson());
    }

    private ApiReply Update(ApiRequest request, bool partial, bool mayCreate)
    {
        var id = PathId.Parse(request.Path);
        var created = cluster.Groups.Root.App(id) is null;
        var plan = cluster.Groups.Update(
            id.Parent, (root, version) => root.With(_changes.Change(root.App(id), id, request.Body, partial, mayCreate), version), request.Flag("force"));
        cluster.Events.ApiPost(request.ClientIp, request.Uri, plan.Target.App(id)!);
        return ApiReply.Deployed(plan, created, created ? id : null);
    }

    private ApiReply UpdateMany(ApiRequest request, bool partial, bool mayCreate)
    {
        if (request.Body is not JsonArray updates) throw ApiException.WrongShape([new Violation("/", "error.expected.jsarray")]);
        var plan = cluster.Groups.Update(
            PathId.Root,
            (root, version) => updates.Aggregate(root, (current, update) =>
            {
                var id = PathId.Parse(update.Text("id") ?? throw ApiException.Unprocessable("requirement failed: App Update must have app id set"));
                return current.With(_changes.Change(current.App(id), id, update, partial, mayCreate), version);
            }),
            request.Flag("force"));
        return ApiReply.Deployed(plan);
    }

    private ApiReply Delete(ApiRequest request)
    {
        if (SubResource().Match(request.Path) is { Success: true } match && match.Groups["kind"].Value == "tasks")
            return _tasks.Delete(request, PathId.Parse(match.Groups["id"].Value), match.Groups["rest"].Value);

        var id = PathId.Parse(request.Path);
        // Alone among the changes, a deletion goes ahead of running deployments unless told not to.
        return ApiReply.Deployed(cluster.Groups.Update(
            id.Parent,
            (root, _) => root.App(id) is null ? throw ApiException.AppNotFound(id) : root.WithoutApp(id),
            request.Flag("force", otherwise: true)));
    }

    private ApiReply Restart(ApiRequest request)
    {
        if (SubResource().Match(request.Path) is not { Success: true } match || match.Groups["kind"].Value != "restart")
            throw new ApiException(405, new JsonObject { ["message"] = "Method Not Allowed" });
        var id = PathId.Parse(match.Groups["id"].Value);
        return ApiReply.Deployed(cluster.Groups.Update(
            id.Parent, (root, version) => root.With((root.App(id) ?? throw ApiException.AppNotFound(id)).MarkedForRestart(), version), request.Flag("force")));
    }

    private AppDefinition Find(PathId id) => cluster.Groups.Root.App(id) ?? throw ApiException.AppNotFound(id);

    private JsonArray ToJson(IEnumerable<AppDefinition> apps, AppEmbeds embeds) =>
        apps.Select(app => (JsonNode)AppInfo.ToJson(cluster, app, embeds, time.GetUtcNow())).ToJsonArray();

    /// <summary>The group that <c>group/*</c> asks for; null when the path names one app.</summary>
    internal static PathId? GroupOf(string path) => path == "*" || path.EndsWith("/*", StringComparison.Ordinal) ? PathId.Parse(path[..^1]) : null;

    [GeneratedRegex("^(?<id>.+)/(?<kind>tasks|versions|restart)(?:/(?<rest>[^/]+))?$")]
    private static partial Regex SubResource();
}
