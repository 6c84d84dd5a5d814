using BlueGreen.Engine.Marathon;
using BlueGreen.Simulation.Cluster;
using Newtonsoft.Json.Linq;

namespace BlueGreen.Simulation.Schedules;

/// <summary>The service that is deployed, and another one that nobody may touch.</summary>
internal static class Shop
{
    public const string Group = "shop";

    /// <summary>What the user's file says.</summary>
    public static AppDefinition File(int instances, int ports) => new(Json("shop", Group, instances, 10000, ports));

    /// <summary>The version that serves at the beginning, as a first deployment has left it.</summary>
    public static JObject Blue(int instances, int ports)
    {
        var json = Json("/shop-blue", Group, instances, 10000, ports);
        var labels = (JObject)json["labels"]!;
        labels[DeploymentLabels.AppId] = "shop";
        labels[DeploymentLabels.Colour] = "blue";
        labels[DeploymentLabels.StartedAt] = "2025-12-31T12:00:00.000000";
        labels[DeploymentLabels.TargetInstances] = $"{instances}";
        labels[DeploymentLabels.NewInstances] = "0";
        for (var index = 0; index < ports; index++) labels[DeploymentLabels.Port(index)] = $"{10000 + index}";
        return json;
    }

    /// <summary>The new version as zdd.py creates it.</summary>
    public static JObject Green(int instances, int ports)
    {
        var json = Blue(instances, ports);
        json["id"] = "/shop-green";
        json["instances"] = 1;
        json["portDefinitions"] = new JArray(Enumerable.Range(11000, ports).Select(p => new JObject { ["port"] = (long)p }));
        var labels = (JObject)json["labels"]!;
        labels[DeploymentLabels.Colour] = "green";
        labels[DeploymentLabels.StartedAt] = "2025-12-31T13:00:00.000000";
        return json;
    }

    /// <summary>The labels of an app with one of them changed as somebody might: another target, another beginning, or none of the group.</summary>
    public static JObject Relabelled(SimulatedApp app, int which)
    {
        var labels = (JObject)app.Json["labels"]!.DeepClone();
        switch (which % 3)
        {
            case 0:
                labels[DeploymentLabels.TargetInstances] = $"{(app.Target ?? app.Instances) + 1}";
                break;
            case 1:
                labels[DeploymentLabels.StartedAt] = "2027-01-01T00:00:00.000000";
                break;
            default:
                labels.Remove(DeploymentLabels.Group);
                break;
        }

        return labels;
    }

    /// <summary>Begins like the shop, in name and group, but is another one.</summary>
    public static JObject Bystander() => Json("/shop-blue-sky", "shopping", 1, 12000, 1);

    /// <summary>Joins the shop's group without being asked.</summary>
    public static JObject Third() => Json("/shop-red", Group, 1, 13000, 1);

    private static JObject Json(string id, string group, int instances, int port, int ports) => new()
    {
        ["id"] = id,
        ["instances"] = instances,
        ["networks"] = new JArray(new JObject { ["mode"] = "host" }),
        ["portDefinitions"] = new JArray(Enumerable.Range(port, ports).Select(p => new JObject { ["port"] = (long)p })),
        ["healthChecks"] = new JArray(new JObject { ["protocol"] = "HTTP" }),
        ["labels"] = new JObject
        {
            [DeploymentLabels.Group] = group,
            [DeploymentLabels.AltPort] = string.Join(",", Enumerable.Range(port + 1000, ports)),
        },
    };
}
