using BlueGreen.Lab.Marathon.Deployments;
using BlueGreen.Lab.Marathon.Events;
using BlueGreen.Lab.Marathon.Instances;

namespace BlueGreen.Lab.Marathon.State;

/// <summary>
/// The current root and its history. Every change goes through <see cref="Update"/>, which gives versions and service
/// ports and starts the deployment. Owned by the cluster loop.
/// </summary>
internal sealed class GroupManager(DeploymentManager deployments, EventBus events, TimeProvider time)
{
    /// <summary>Marathon's <c>--zk_max_versions</c>.</summary>
    private const int MaxVersions = 50;

    /// <summary>Marathon's <c>--max_running_deployments</c>.</summary>
    private const int MaxRunningDeployments = 100;

    private readonly SortedDictionary<DateTimeOffset, RootGroup> _roots = [];
    private readonly Dictionary<PathId, SortedDictionary<DateTimeOffset, AppDefinition>> _versions = [];
    private DateTimeOffset _lastVersion = DateTimeOffset.MinValue;

    public RootGroup Root { get; private set; } = RootGroup.Empty(time.GetUtcNow().TruncateToMilliseconds());

    /// <summary>Newest first.</summary>
    public IEnumerable<DateTimeOffset> VersionsOf(PathId app) => _versions.TryGetValue(app, out var versions) ? versions.Keys.Reverse() : [];

    public AppDefinition? AppAt(PathId app, DateTimeOffset version) =>
        _versions.TryGetValue(app, out var versions) ? versions.GetValueOrDefault(version) : null;

    public IEnumerable<RootGroup> RootsWith(PathId group) => _roots.Values.Where(root => root.HasGroup(group)).Reverse();

    public RootGroup? RootAt(DateTimeOffset version) => _roots.GetValueOrDefault(version);

    /// <summary>A time that no earlier change has: versions tell changes apart, and time stands still within a millisecond.</summary>
    public DateTimeOffset NextVersion()
    {
        var now = time.GetUtcNow().TruncateToMilliseconds();
        return _lastVersion = now > _lastVersion ? now : _lastVersion.AddMilliseconds(1);
    }

    /// <summary>Changes the root and deploys the difference.</summary>
    /// <param name="group">The group that the change is about, for the event that tells of it.</param>
    /// <param name="change">Gets the current root and the new version.</param>
    /// <param name="force">Cancel deployments that stand in the way, instead of refusing.</param>
    /// <param name="toKill">Instances that the change is to end.</param>
    public DeploymentPlan Update(
        PathId group, Func<RootGroup, DateTimeOffset, RootGroup> change, bool force,
        IReadOnlyDictionary<PathId, IReadOnlyList<Instance>>? toKill = null)
    {
        var version = NextVersion();
        DeploymentPlan plan;
        try
        {
            if (deployments.Running.Count >= MaxRunningDeployments) throw TooManyDeployments();
            plan = Plan(change(Root, version), version, toKill ?? new Dictionary<PathId, IReadOnlyList<Instance>>());
            deployments.ThrowIfLocked(plan, force);
        }
        catch (ApiException e)
        {
            events.GroupChangeFailed(group, version, e.Message);
            throw;
        }

        Remember(plan.Target);
        Root = plan.Target;
        deployments.Start(plan);
        events.GroupChanged(group, version);
        return plan;
    }

    /// <summary>The plan that a change would have, without carrying it out.</summary>
    public DeploymentPlan Plan(RootGroup changed, DateTimeOffset version, IReadOnlyDictionary<PathId, IReadOnlyList<Instance>> toKill)
    {
        var target = ServicePorts.Assign(Root, changed) with { Version = version };
        Definitions.AppValidator.ThrowIfInvalid(NameClashes(target));
        foreach (var app in target.Apps.Values.ToList())
            target = target with { Apps = target.Apps.SetItem(app.Id, Versioned(Root.App(app.Id), app, version)) };
        return DeploymentPlan.Between(Root, target, version, toKill);
    }

    private static AppDefinition Versioned(AppDefinition? old, AppDefinition app, DateTimeOffset version)
    {
        if (old is null) return app.WithVersionInfo(VersionInfo.New(version));
        if (ReferenceEquals(old, app)) return app;
        if (old.DiffersInConfigurationFrom(app)) return app.WithVersionInfo(VersionInfo.New(version));
        if (old.Instances != app.Instances) return app.WithVersionInfo(old.VersionInfo!.Scaled(version));
        return app.RestartWanted ? app.WithVersionInfo(old.VersionInfo!.Restarted(version)) : old;
    }

    private static IEnumerable<Violation> NameClashes(RootGroup root) =>
        root.Apps.Keys.Any(root.HasGroup)
            ? [new Violation("/", "Groups and Applications may not have the same identifier.")]
            : [];

    private void Remember(RootGroup target)
    {
        _roots[target.Version] = target;
        Trim(_roots);
        foreach (var gone in _versions.Keys.Where(id => target.App(id) is null).ToList()) _versions.Remove(gone);
        foreach (var app in target.Apps.Values)
        {
            if (!_versions.TryGetValue(app.Id, out var versions)) _versions[app.Id] = versions = [];
            versions[app.Version] = app;
            Trim(versions);
        }
    }

    private static void Trim<T>(SortedDictionary<DateTimeOffset, T> history)
    {
        while (history.Count > MaxVersions) history.Remove(history.Keys.First());
    }

    private static ApiException TooManyDeployments() => new(403, new System.Text.Json.Nodes.JsonObject
    {
        ["message"] = $"Max number ({MaxRunningDeployments}) of running deployments is achieved. Wait for existing deployments to complete " +
                      "or cancel one using force=true parameter. You can increase max deployment number by using " +
                      "--max_running_deployments parameter but be advised that this can have negative effects on the performance.",
    });
}
