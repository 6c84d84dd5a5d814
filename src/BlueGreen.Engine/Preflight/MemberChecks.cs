using System.Text.RegularExpressions;
using BlueGreen.Engine.Marathon;
using Newtonsoft.Json.Linq;

namespace BlueGreen.Engine.Preflight;

/// <summary>Members of the definition itself: those that must be there, and those that stand where Marathon does not look.</summary>
internal static class MemberChecks
{
    /// <summary>Members of the app that people write into the container by a slip of a bracket.</summary>
    private static readonly string[] AppMembers =
        ["healthChecks", "readinessChecks", "labels", "env", "upgradeStrategy", "constraints", "instances", "cpus", "mem"];

    /// <summary>Pairs of which one is the older writing of the other; Marathon refuses both with different content.</summary>
    private static readonly (string Older, string Newer)[] Twins = [("ports", "portDefinitions"), ("uris", "fetch")];

    /// <summary>Source: Marathon's documentation of application ids: lower case letters, digits, hyphens; dots between them.</summary>
    private static readonly Regex Id = new(
        @"^/?([a-z0-9]|[a-z0-9][a-z0-9-]*[a-z0-9])([./]([a-z0-9]|[a-z0-9][a-z0-9-]*[a-z0-9]))*$", RegexOptions.CultureInvariant);

    public static IEnumerable<PreflightFinding> Check(JObject app) =>
        IdOf(app).Concat(Misplaced(app)).Concat(Ambiguous(app)).Concat(Instances(app));

    private static IEnumerable<PreflightFinding> IdOf(JObject app)
    {
        var id = app.Text("id");
        if (string.IsNullOrEmpty(id))
        {
            yield return new PreflightFinding(
                "NoId", PreflightSeverity.Error, "The definition has no id.", "Add \"id\", such as \"/shop\".", "id");
        }
        else if (!Id.IsMatch(id))
        {
            yield return new PreflightFinding(
                "InvalidId", PreflightSeverity.Error, $"Marathon refuses the id '{id}'.",
                "Use lower case letters, digits and hyphens, with slashes between the parts.", "id");
        }
    }

    private static IEnumerable<PreflightFinding> Misplaced(JObject app)
    {
        foreach (var (path, place) in new[] { ("container", app["container"]), ("container.docker", app.At("container", "docker")) })
        {
            if (place is not JObject container) continue;
            foreach (var name in AppMembers.Where(name => container[name] is not null))
            {
                yield return new PreflightFinding(
                    name == "healthChecks" ? "MisplacedHealthChecks" : "MisplacedMember",
                    PreflightSeverity.Warning,
                    $"'{name}' stands in {path}, where Marathon ignores it.",
                    $"Move '{name}' to the top level of the definition, beside \"id\".",
                    $"{path}.{name}");
            }
        }
    }

    private static IEnumerable<PreflightFinding> Ambiguous(JObject app) => Twins
        .Where(twin => app[twin.Older] is JArray { Count: > 0 } && app[twin.Newer] is JArray { Count: > 0 })
        .Select(twin => new PreflightFinding(
            "AmbiguousMembers", PreflightSeverity.Warning,
            $"'{twin.Older}' and '{twin.Newer}' say the same thing twice; Marathon refuses the app when they differ.",
            $"Keep '{twin.Newer}' and remove '{twin.Older}'.", twin.Older));

    private static IEnumerable<PreflightFinding> Instances(JObject app)
    {
        if (app.Number("instances") is <= 0)
        {
            yield return new PreflightFinding(
                "NoInstances", PreflightSeverity.Error, "The definition wants no instance, so nothing could take over the traffic.",
                "Set \"instances\" to the number that the service needs.", "instances");
        }
    }
}
