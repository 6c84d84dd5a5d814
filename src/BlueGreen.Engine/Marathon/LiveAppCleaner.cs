using System.Globalization;
using Newtonsoft.Json.Linq;

namespace BlueGreen.Engine.Marathon;

/// <summary>Makes out of a live app what its user once wrote.</summary>
internal static class LiveAppCleaner
{
    /// <summary>What an app only tells; some of it Marathon refuses to take back.</summary>
    private static readonly string[] ReadOnly =
    [
        "version", "versionInfo", "tasks", "tasksStaged", "tasksRunning", "tasksHealthy", "tasksUnhealthy", "deployments",
        "lastTaskFailure", "readinessCheckResults", "taskStats",
    ];

    private static readonly string[] ToolLabels =
    [
        DeploymentLabels.AppId, DeploymentLabels.Colour, DeploymentLabels.StartedAt, DeploymentLabels.TargetInstances,
        DeploymentLabels.NewInstances,
    ];

    public static JObject Clean(MarathonApp app)
    {
        var json = app.CopyJson();
        foreach (var name in ReadOnly) json.Remove(name);
        DefinitionShape.Tidy(json);
        TakeBackColour(json);
        DropTwins(json);
        return json;
    }

    /// <summary>Undoes what <see cref="ColourDefinition"/> and zdd.py do to a definition. Other apps stay as they are.</summary>
    private static void TakeBackColour(JObject json)
    {
        if (json["labels"] is not JObject labels || labels[DeploymentLabels.Colour] is null) return;
        if (labels.Text(DeploymentLabels.AppId) is not { } id) return;
        json["id"] = id;
        var slots = new ServicePortSlots(json);
        var alternated = AlternatePorts.CountOf(labels.Text(DeploymentLabels.AltPort));
        for (var index = 0; index < Math.Min(slots.Count, alternated); index++)
        {
            var name = DeploymentLabels.Port(index);
            if (!int.TryParse(labels.Text(name), NumberStyles.None, CultureInfo.InvariantCulture, out var port)) continue;
            slots.Set(index, port);
            labels.Remove(name);
        }

        foreach (var name in ToolLabels) labels.Remove(name);
    }

    /// <summary>Marathon tells some things twice, in an old shape and a new one, and refuses both together when they differ.</summary>
    private static void DropTwins(JObject json)
    {
        if (IsFilled(json["fetch"])) json.Remove("uris");
        else if (IsFilled(json["uris"])) json.Remove("fetch");

        var docker = json.At("container", "docker") as JObject;
        var mappings = json.At("container", "portMappings");
        if (IsFilled(mappings)) docker?.Remove("portMappings");
        if (IsFilled(mappings) || IsFilled(docker?["portMappings"]))
        {
            // With mappings these only mirror the service ports.
            json.Remove("ports");
            json.Remove("portDefinitions");
        }
        else if (IsFilled(json["portDefinitions"]))
        {
            json.Remove("ports");
        }

        if (!IsFilled(json["networks"])) return;
        json.Remove("ipAddress");
        docker?.Remove("network");
    }

    private static bool IsFilled(JToken? list) => list is JArray { Count: > 0 };
}
