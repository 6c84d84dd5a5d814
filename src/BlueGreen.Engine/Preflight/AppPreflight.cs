using BlueGreen.Engine.Marathon;
using Newtonsoft.Json.Linq;

namespace BlueGreen.Engine.Preflight;

/// <summary>Looks an app definition through for what is known to go wrong in a blue/green deployment. Asks no cluster.</summary>
public static class AppPreflight
{
    /// <summary>All findings, the gravest first.</summary>
    public static ImmutableArray<PreflightFinding> Check(AppDefinition definition)
    {
        var app = definition.CopyJson();
        return
        [
            .. MemberChecks.Check(app)
                .Concat(HealthCheckChecks.Check(app))
                .Concat(PortChecks.Check(app))
                .Concat(LabelChecks.Check(app))
                .OrderByDescending(f => f.Severity),
        ];
    }

    /// <summary>True when nothing was found for which a deployment is refused.</summary>
    public static bool Passes(IEnumerable<PreflightFinding> findings) => findings.All(f => f.Severity != PreflightSeverity.Error);

    internal static ImmutableSortedDictionary<string, string> LabelsOf(JObject app) => app["labels"] is JObject labels
        ? labels.Properties().ToImmutableSortedDictionary(p => p.Name, p => p.Value.AsText(), StringComparer.Ordinal)
        : ImmutableSortedDictionary<string, string>.Empty;
}
