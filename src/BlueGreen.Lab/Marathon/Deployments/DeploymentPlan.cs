using System.Text.Json.Nodes;
using BlueGreen.Lab.Marathon.Instances;
using BlueGreen.Lab.Marathon.State;

namespace BlueGreen.Lab.Marathon.Deployments;

internal enum ActionKind
{
    StartApplication,
    ScaleApplication,
    RestartApplication,
    StopApplication,
}

/// <param name="ToKill">The instances that a scaling is to end, when someone chose them.</param>
internal sealed record DeploymentAction(ActionKind Kind, AppDefinition App, IReadOnlyList<Instance> ToKill)
{
    public JsonObject ToJson() => new() { ["action"] = Kind.ToString(), ["app"] = App.Id.ToString() };
}

/// <summary>Actions that run beside each other.</summary>
internal sealed record DeploymentStep(IReadOnlyList<DeploymentAction> Actions)
{
    public JsonObject ToJson() => new() { ["actions"] = Actions.Select(a => (JsonNode)a.ToJson()).ToJsonArray() };
}

/// <summary>The steps from one root to another.</summary>
internal sealed record DeploymentPlan(string Id, RootGroup Original, RootGroup Target, IReadOnlyList<DeploymentStep> Steps, DateTimeOffset Version)
{
    public IReadOnlyList<PathId> AffectedApps => [.. Steps.SelectMany(s => s.Actions).Select(a => a.App.Id).Distinct()];

    /// <summary>The plan without the roots: the only form that Marathon 1.8 and later put into events.</summary>
    public JsonObject ToJson() => new()
    {
        ["id"] = Id,
        ["steps"] = StepsToJson(),
        ["version"] = Version.ToMarathon(),
    };

    public JsonArray StepsToJson() => Steps.Select(s => (JsonNode)s.ToJson()).ToJsonArray();

    /// <summary>Rules: <c>DeploymentPlan.scala</c> of mesosphere/marathon at 90619da.</summary>
    public static DeploymentPlan Between(
        RootGroup original, RootGroup target, DateTimeOffset version, IReadOnlyDictionary<PathId, IReadOnlyList<Instance>> toKill)
    {
        var stop = original.Apps.Values.Where(app => target.App(app.Id) is null)
            .Select(app => new DeploymentAction(ActionKind.StopApplication, app, []));
        var start = target.Apps.Values.Where(app => original.App(app.Id) is null)
            .Select(app => new DeploymentAction(ActionKind.StartApplication, app, []));
        var changes = ByDependency(target).Select(apps =>
            apps.Select(app => ActionFor(original.App(app.Id), app, toKill)).OfType<DeploymentAction>());

        var steps = changes.Prepend(start).Prepend(stop)
            .Select(actions => new DeploymentStep([.. actions]))
            .Where(step => step.Actions.Count > 0);
        return new DeploymentPlan(Guid.NewGuid().ToString(), original, target, [.. steps], version);
    }

    private static DeploymentAction? ActionFor(
        AppDefinition? old, AppDefinition app, IReadOnlyDictionary<PathId, IReadOnlyList<Instance>> toKill)
    {
        if (old is null) return new DeploymentAction(ActionKind.ScaleApplication, app, []);
        if (old.VersionInfo == app.VersionInfo) return null;
        var onlyScaled = !old.DiffersInConfigurationFrom(app) && old.Instances != app.Instances;
        return onlyScaled || app.Instances == 0
            ? new DeploymentAction(ActionKind.ScaleApplication, app, toKill.GetValueOrDefault(app.Id, []))
            : new DeploymentAction(ActionKind.RestartApplication, app, []);
    }

    /// <summary>Apps that need nothing first, then those that need only these, and so on.</summary>
    private static IEnumerable<IEnumerable<AppDefinition>> ByDependency(RootGroup root)
    {
        var depths = new Dictionary<PathId, int>();
        return root.Apps.Values.GroupBy(app => Depth(app, [])).OrderBy(g => g.Key);

        int Depth(AppDefinition app, HashSet<PathId> path)
        {
            if (depths.TryGetValue(app.Id, out var known)) return known;
            if (!path.Add(app.Id)) throw ApiException.NotValid([new Violation("/", "Dependency graph has cyclic dependencies.")]);
            var depth = root.DependenciesOf(app).Select(d => Depth(d, path)).DefaultIfEmpty(0).Max() + 1;
            path.Remove(app.Id);
            return depths[app.Id] = depth;
        }
    }
}
