using System.Collections.Immutable;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using BlueGreen.Lab.Marathon.Deployments;
using BlueGreen.Lab.Marathon.Instances;
using BlueGreen.Lab.Marathon.State;

namespace BlueGreen.Lab.Marathon.Api;

/// <summary><c>/v2/groups</c>: trees of apps, changed in one deployment. Source: <c>GroupsResource.scala</c>, <c>GroupConversion.scala</c>.</summary>
internal sealed partial class GroupsApi(MarathonCluster cluster, TimeProvider time)
{
    private readonly AppChanges _changes = new(cluster);

    public void Map(IEndpointRouteBuilder routes)
    {
        foreach (var pattern in new[] { "/v2/groups", "/v2/groups/{**path}" })
        {
            routes.MapGet(pattern, ApiHandling.OnLoop(cluster, Get));
            routes.MapPost(pattern, ApiHandling.OnLoop(cluster, Create, readsBody: true, anyContentType: true));
            routes.MapPut(pattern, ApiHandling.OnLoop(cluster, Update, readsBody: true, anyContentType: true));
            routes.MapDelete(pattern, ApiHandling.OnLoop(cluster, Delete));
        }
    }

    private ApiReply Get(ApiRequest request)
    {
        var embeds = request.QueryAll("embed");
        if (embeds.Count == 0) embeds = ["group.apps", "group.pods", "group.groups"];
        var path = request.Path.TrimStart('/');
        if (Versions().Match(path) is { Success: true } match)
        {
            var group = PathId.Parse(match.Groups["id"].Value);
            if (match.Groups["version"].Value is { Length: > 0 } version)
                return ApiReply.Ok(ToJson(cluster.Groups.RootAt(Timestamps.Parse(version)) ?? throw ApiException.GroupNotFound(group), group, embeds, live: false));
            Find(group);
            return ApiReply.Ok(cluster.Groups.RootsWith(group).Select(r => r.Version.ToMarathon()).ToJsonArray());
        }

        if (path == "apps" || path.EndsWith("/apps", StringComparison.Ordinal))
        {
            var apps = cluster.Groups.Root.AppsBelow(PathId.Parse(path[..^"apps".Length]));
            return ApiReply.Ok(AppsToJson(apps, AppInfo.ParseEmbeds(embeds.Where(IsAppEmbed))));
        }

        var id = PathId.Parse(path);
        Find(id);
        return ApiReply.Ok(ToJson(cluster.Groups.Root, id, embeds, live: true));
    }

    private ApiReply Create(ApiRequest request)
    {
        var (target, update) = Read(request);
        if (cluster.Groups.Root.HasGroup(target))
            throw ApiException.Conflict($"Group {target} is already created. Use PUT to change this group.");
        if (cluster.Groups.Root.App(target) is not null)
            throw ApiException.Conflict($"An app with the path {target} already exists.");
        return ApiReply.Deployed(Deploy(request, target, update), created: true, target);
    }

    private ApiReply Update(ApiRequest request)
    {
        var (target, update) = Read(request);
        if (!request.Flag("dryRun")) return ApiReply.Deployed(Deploy(request, target, update));
        var version = cluster.Groups.NextVersion();
        var plan = cluster.Groups.Plan(
            Change(cluster.Groups.Root, target, update, version), version, ImmutableDictionary<PathId, IReadOnlyList<Instance>>.Empty);
        return ApiReply.Ok(new JsonObject { ["steps"] = plan.StepsToJson() });
    }

    private ApiReply Delete(ApiRequest request)
    {
        var id = PathId.Parse(request.Path);
        if (!cluster.Groups.Root.HasGroup(id)) throw ApiException.NotFound($"Group '{id}' does not exist");
        return ApiReply.Deployed(cluster.Groups.Update(id.Parent, (root, _) => root.WithoutGroup(id), request.Flag("force")));
    }

    private static (PathId Target, JsonObject Update) Read(ApiRequest request)
    {
        if (request.Body is not JsonObject update) throw ApiException.WrongShape([new Violation("/", "error.expected.jsobject")]);
        var path = PathId.Parse(request.Path);
        var target = update.Text("id") is { } id ? PathId.Parse(id, path) : path;
        if (!target.IsRoot && !target.HasValidNames)
            throw ApiException.NotValid([new Violation("/id", $"must fully match regular expression '{PathId.NameRule}'")]);
        return (target, update);
    }

    private DeploymentPlan Deploy(ApiRequest request, PathId target, JsonObject update) => cluster.Groups.Update(
        target.Parent, (root, version) => Change(root, target, update, version), request.Flag("force"));

    /// <summary>A return to an older version, a scaling of all apps, or new contents, whichever the update asks for.</summary>
    private RootGroup Change(RootGroup root, PathId group, JsonObject update, DateTimeOffset version)
    {
        if (update.Text("version") is { } old)
        {
            var former = cluster.Groups.RootAt(Timestamps.Parse(old));
            if (former is null || !former.HasGroup(group))
                throw ApiException.Unprocessable($"Group {group} not available in version {old}");
            return former.AppsBelow(group).Aggregate(root.WithoutGroup(group).WithGroup(group, version), (r, app) => r.With(app, version));
        }

        if (update.Double("scaleBy") is { } factor)
        {
            return root.AppsBelow(group).ToList().Aggregate(
                root, (r, app) => r.With(app.WithInstances((int)Math.Ceiling(app.Instances * factor)), version));
        }

        return Fill(root, group, update, version);
    }

    /// <summary>Members that the update does not have stay as they are; those that it has replace all that was there.</summary>
    private RootGroup Fill(RootGroup root, PathId group, JsonObject update, DateTimeOffset version)
    {
        root = root.WithGroup(group, version);
        var dependencies = update["dependencies"] is JsonArray given
            ? given.Select(d => PathId.Parse(d!.GetValue<string>(), group)).ToImmutableSortedSet()
            : root.Groups[group].Dependencies;
        root = root with { Groups = root.Groups.SetItem(group, new GroupNode(dependencies, version)) };
        if (update["apps"] is JsonArray apps)
        {
            var wanted = apps.Select(app => _changes.Create(app, group)).ToList();
            if (wanted.Find(app => app.Id.Parent != group) is { } astray)
                throw ApiException.NotValid([new Violation("/apps", $"identifier {astray.Id} is not child of {group}. Hint: use relative paths.")]);
            foreach (var gone in root.Apps.Keys.Where(id => id.Parent == group).Except(wanted.Select(app => app.Id)).ToList())
                root = root.WithoutApp(gone);
            root = wanted.Aggregate(root, (r, app) => r.With(app, version));
        }

        if (update["groups"] is not JsonArray groups) return root;
        var subgroups = groups.OfType<JsonObject>().ToDictionary(
            g => PathId.Parse(g.Text("id") ?? throw ApiException.WrongShape([new Violation("/groups/id", "error.path.missing")]), group));
        foreach (var gone in root.SubgroupsOf(group).Except(subgroups.Keys).ToList()) root = root.WithoutGroup(gone);
        return subgroups.Aggregate(root, (r, subgroup) => Fill(r, subgroup.Key, subgroup.Value, version));
    }

    private void Find(PathId group)
    {
        if (!cluster.Groups.Root.HasGroup(group)) throw ApiException.GroupNotFound(group);
    }

    private JsonObject ToJson(RootGroup root, PathId group, IReadOnlyList<string> embeds, bool live)
    {
        if (!root.Groups.TryGetValue(group, out var node)) throw ApiException.GroupNotFound(group);
        var appEmbeds = live ? AppInfo.ParseEmbeds(embeds.Where(IsAppEmbed)) : AppEmbeds.None;
        return new JsonObject
        {
            ["id"] = group.ToString(),
            ["apps"] = embeds.Contains("group.apps") ? AppsToJson(root.Apps.Values.Where(app => app.Id.Parent == group), appEmbeds) : [],
            ["pods"] = new JsonArray(),
            ["groups"] = embeds.Contains("group.groups")
                ? root.SubgroupsOf(group).Select(g => (JsonNode)ToJson(root, g, embeds, live)).ToJsonArray()
                : [],
            ["dependencies"] = node.Dependencies.Select(d => d.ToString()).ToJsonArray(),
            ["version"] = (group.IsRoot ? root.Version : node.Version).ToMarathon(),
        };
    }

    private JsonArray AppsToJson(IEnumerable<AppDefinition> apps, AppEmbeds embeds) =>
        apps.Select(app => (JsonNode)AppInfo.ToJson(cluster, app, embeds, time.GetUtcNow())).ToJsonArray();

    private static bool IsAppEmbed(string embed) => embed.StartsWith("group.apps.", StringComparison.Ordinal);

    [GeneratedRegex("^(?<id>(?:.+/)?)versions(?:/(?<version>.+))?$")]
    private static partial Regex Versions();
}
