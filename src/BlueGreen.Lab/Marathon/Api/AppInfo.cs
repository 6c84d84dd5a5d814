using System.Text.Json.Nodes;
using BlueGreen.Lab.Marathon.Instances;
using BlueGreen.Lab.Marathon.State;

namespace BlueGreen.Lab.Marathon.Api;

/// <summary>What is shown of an app besides its definition.</summary>
[Flags]
internal enum AppEmbeds
{
    None = 0,
    Tasks = 1,
    Counts = 2,
    Deployments = 4,
    Readiness = 8,
    LastTaskFailure = 16,
    TaskStats = 32,
}

/// <summary>An app with what was asked for of its present state.</summary>
internal static class AppInfo
{
    private static readonly string[] Prefixes = ["group.apps.", "apps.", "app."];

    public static AppEmbeds ParseEmbeds(IEnumerable<string> embeds) => embeds.Aggregate(AppEmbeds.None, (sum, embed) =>
    {
        var prefix = Array.Find(Prefixes, p => embed.StartsWith(p, StringComparison.Ordinal)) ?? "";
        return sum | embed[prefix.Length..] switch
        {
            "tasks" => AppEmbeds.Tasks | AppEmbeds.Deployments,
            "failures" => AppEmbeds.Tasks | AppEmbeds.Deployments | AppEmbeds.LastTaskFailure,
            "counts" => AppEmbeds.Counts,
            "deployments" => AppEmbeds.Deployments,
            "readiness" => AppEmbeds.Readiness,
            "lastTaskFailure" => AppEmbeds.LastTaskFailure,
            "taskStats" => AppEmbeds.TaskStats,
            _ => AppEmbeds.None,
        };
    });

    public static JsonObject ToJson(MarathonCluster cluster, AppDefinition app, AppEmbeds embeds, DateTimeOffset now)
    {
        var json = app.ToJson();
        var instances = cluster.Tracker.OfApp(app.Id);
        var deployments = cluster.Deployments.Of(app.Id);
        if (embeds.HasFlag(AppEmbeds.Counts))
        {
            var counts = TaskCounts.Of(instances);
            json["tasksStaged"] = counts.Staged;
            json["tasksRunning"] = counts.Running;
            json["tasksHealthy"] = counts.Healthy;
            json["tasksUnhealthy"] = counts.Unhealthy;
        }

        if (embeds.HasFlag(AppEmbeds.Deployments))
            json["deployments"] = deployments.Select(d => (JsonNode)new JsonObject { ["id"] = d.Plan.Id }).ToJsonArray();
        if (embeds.HasFlag(AppEmbeds.Readiness))
            json["readinessCheckResults"] = deployments.SelectMany(d => d.ReadinessOf(app.Id)).Select(r => r?.DeepClone()).ToJsonArray();
        if (embeds.HasFlag(AppEmbeds.Tasks))
            json["tasks"] = instances.Select(i => (JsonNode?)TaskJson.Of(i)).Where(t => t is not null).ToJsonArray();
        if (embeds.HasFlag(AppEmbeds.LastTaskFailure) && cluster.Tracker.LastFailureOf(app.Id) is { } failure)
            json["lastTaskFailure"] = failure;
        if (embeds.HasFlag(AppEmbeds.TaskStats))
            json["tasksStats"] = TaskCounts.Statistics(app, instances, now);
        return json;
    }
}

/// <summary>Marathon's four counts. A task without any health result is neither healthy nor unhealthy.</summary>
internal sealed record TaskCounts(int Staged, int Running, int Healthy, int Unhealthy)
{
    public static TaskCounts Of(IEnumerable<Instance> instances)
    {
        var launched = instances.Where(i => i.Placement is not null && i.Condition != Condition.Scheduled).ToList();
        return new TaskCounts(
            launched.Count(i => i.Condition == Condition.Provisioned),
            launched.Count(i => i.Condition == Condition.Running),
            launched.Count(i => i.HealthResults.Any() && i.HealthResults.All(h => h.Alive)),
            launched.Count(i => i.HealthResults.Any(h => !h.Alive)));
    }

    public static JsonObject Statistics(AppDefinition app, IReadOnlyList<Instance> instances, DateTimeOffset now)
    {
        var json = new JsonObject();
        Add("startedAfterLastScaling", i => i.App.Version >= app.VersionInfo!.LastScalingAt);
        Add("withLatestConfig", i => i.App.Version >= app.VersionInfo!.LastConfigChangeAt);
        Add("withOutdatedConfig", i => i.App.Version < app.VersionInfo!.LastConfigChangeAt);
        Add("totalSummary", _ => true);
        return json;

        void Add(string name, Func<Instance, bool> filter)
        {
            var chosen = instances.Where(i => i.Placement is not null).Where(filter).ToList();
            if (chosen.Count == 0) return;
            var counts = Of(chosen);
            var stats = new JsonObject
            {
                ["counts"] = new JsonObject
                {
                    ["staged"] = counts.Staged, ["running"] = counts.Running, ["healthy"] = counts.Healthy, ["unhealthy"] = counts.Unhealthy,
                },
            };
            var lifeTimes = chosen.Where(i => i.StartedAt is not null).Select(i => (now - i.StartedAt!.Value).TotalSeconds).Order().ToList();
            if (lifeTimes.Count > 0)
                stats["lifeTime"] = new JsonObject { ["averageSeconds"] = lifeTimes.Average(), ["medianSeconds"] = lifeTimes[lifeTimes.Count / 2] };
            json[name] = new JsonObject { ["stats"] = stats };
        }
    }
}
