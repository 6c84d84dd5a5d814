using Newtonsoft.Json.Linq;

namespace BlueGreen.Engine.Marathon;

/// <summary>Tells whether an app in the cluster is the one that was posted.</summary>
internal static class AppComparison
{
    /// <summary>
    /// True when <paramref name="live"/> was made from <paramref name="definition"/>. A blue/green tool stamps each app with the
    /// microsecond of its making; without that stamp everything that Marathon keeps as written must be the same.
    /// </summary>
    public static bool IsMadeFrom(MarathonApp live, AppDefinition definition)
    {
        var posted = definition.CopyJson();
        if ((posted["labels"] as JObject)?.Text(DeploymentLabels.StartedAt) is { } startedAt) return live.StartedAt == startedAt;

        var found = live.CopyJson();
        return new[] { "cmd", "args", "instances", "cpus", "mem", "env", "labels" }.All(name => Same(posted[name], found[name]))
            && Same(posted.At("container", "docker", "image"), found.At("container", "docker", "image"));
    }

    private static bool Same(JToken? posted, JToken? found) => posted switch
    {
        // What was not posted, Marathon may fill in.
        null => true,
        JValue { Type: JTokenType.Integer or JTokenType.Float } number =>
            found is JValue { Type: JTokenType.Integer or JTokenType.Float } other
            && number.ToObject<double>().Equals(other.ToObject<double>()),
        _ => JToken.DeepEquals(posted, found),
    };
}
