using BlueGreen.Engine.Deployment.Deciding;
using BlueGreen.Engine.Deployment.Judging;
using BlueGreen.Engine.Deployment.Observing;
using BlueGreen.Engine.Marathon;

namespace BlueGreen.Engine.Deployment;

/// <summary>Which way a deployment that is half-way goes on.</summary>
public enum Direction
{
    /// <summary>To the new colour; a hybrid to its numbers.</summary>
    Forward,

    /// <summary>To the new colour alone.</summary>
    ForwardToTheEnd,

    /// <summary>To the previous colour alone.</summary>
    Back,
}

/// <summary>From where to where.</summary>
/// <param name="Roles">Which app replaces which.</param>
/// <param name="Goal">Where it ends.</param>
/// <param name="Colour">The staying app's colour.</param>
/// <param name="IsUndo">True when it goes back to the previous colour.</param>
internal sealed record Run(Roles Roles, Goal Goal, string Colour, bool IsUndo = false)
{
    /// <summary>True when there is a previous colour that marathon-lb would drain the other one for, and this is not the way to it.</summary>
    public bool CanGoBack { get; init; }

    /// <summary>The way back.</summary>
    public Run Reversed() => new(
        new Roles(Roles.Group, Roles.StayingId, Roles.LeavingId!), new Goal(Goal.Staying + Goal.Leaving), Colour == "blue" ? "green" : "blue", IsUndo: true);
}

/// <summary>A deployment that is half-way, and where it is to go.</summary>
/// <param name="Run">From where to where.</param>
/// <param name="Staying">The app that is to serve.</param>
/// <param name="Leaving">The app that is to go.</param>
/// <param name="Rule">How marathon-lb sees the two.</param>
/// <param name="Seen">What was seen.</param>
internal sealed record HalfWay(Run Run, MarathonApp Staying, MarathonApp Leaving, PoolRule Rule, Observation Seen)
{
    /// <summary>The app that was deployed last.</summary>
    public MarathonApp Newest => string.CompareOrdinal(Staying.StartedAt, Leaving.StartedAt) > 0 ? Staying : Leaving;
}

/// <summary>Reads off the live cluster what a half-way deployment needs to go on. There is no state file: the labels say it all.</summary>
internal static class Continuation
{
    public static async Task<HalfWay> FindAsync(Cluster cluster, string group, RolloutPolicy policy, Direction direction, CancellationToken cancellationToken)
    {
        var seen = await GroupObserver.ForGroup(cluster, group).LookWellAsync(cancellationToken).ConfigureAwait(false);
        var apps = seen.Apps.OrderBy(app => app.StartedAt, StringComparer.Ordinal).ToList();
        if (apps.Count != 2) throw NothingToGoOnWith(group, apps);

        var (previous, newest) = (apps[0], apps[1]);
        var target = policy.Instances ?? TargetOf(previous, newest, direction);
        var hybrid = direction == Direction.Forward ? Math.Min(target, policy.NewInstances > 0 ? policy.NewInstances : newest.NewInstances) : 0;
        var rule = PoolRule.Of(seen.Apps[0], seen.Apps[1]);
        if (direction == Direction.Back)
        {
            RefuseUnreadable(previous, newest);
            return new HalfWay(new Run(new Roles(group, newest.Id, previous.Id), new Goal(target) { KeepsOld = policy.KeepOld }, ColourOf(previous), IsUndo: true), previous, newest, rule, seen);
        }

        if (hybrid > 0 && hybrid < newest.Instances)
        {
            // Fewer new ones than there are: the previous colour takes their place.
            RefuseUnreadable(previous, newest);
            return new HalfWay(new Run(new Roles(group, newest.Id, previous.Id), new Goal(target - hybrid, hybrid), ColourOf(newest)), previous, newest, rule, seen);
        }

        var goal = hybrid > 0 ? new Goal(hybrid, target - hybrid) : new Goal(target) { KeepsOld = policy.KeepOld };
        return new HalfWay(new Run(new Roles(group, previous.Id, newest.Id), goal, ColourOf(newest)) { CanGoBack = PoolRule.CanBeNewer(previous) }, newest, previous, rule, seen);
    }

    /// <summary>Scaling the previous colour is the only way back, and where it tells no target marathon-lb would fail, for every app.</summary>
    private static void RefuseUnreadable(MarathonApp previous, MarathonApp newest)
    {
        if (PoolRule.CanBeNewer(previous) || !newest.Labels.ContainsKey(DeploymentLabels.NewInstances)) return;
        throw new BlueGreenException(
            ErrorKind.Unsafe, "NoWayBack",
            $"{previous.Id} has no label {DeploymentLabels.TargetInstances}: marathon-lb could not read the group, and would stop taking up the changes of any app, were it to come back.",
            $"Complete the deployment and deploy the previous version as a new one. While no task of {newest.Id} is healthy, removing it (Remove-MarathonApp) goes back too.",
            previous.Id);
    }

    /// <summary>
    /// The new colour notes how many instances the service had before it came. The previous one's own note is about the time before
    /// that, and one that no blue/green tool made has none.
    /// </summary>
    private static int TargetOf(MarathonApp previous, MarathonApp newest, Direction direction) =>
        direction == Direction.Back && !newest.Labels.ContainsKey(DeploymentLabels.TargetInstances) ? previous.TargetInstances : newest.TargetInstances;

    private static string ColourOf(MarathonApp app) => app.Colour ?? app.Id;

    public static BlueGreenException NothingToGoOnWith(string group, IReadOnlyList<MarathonApp> apps) => apps.Count switch
    {
        0 => new BlueGreenException(
            ErrorKind.NotFound, "GroupNotFound", $"No app has the deployment group {group}.", "List the groups with Get-DeploymentGroup.", group),
        1 => new BlueGreenException(
            ErrorKind.InvalidArgument, "NoDeploymentInProgress", $"The group {group} has one app only, {apps[0].Id}: no deployment is under way.",
            "Nothing is to be done. To go back to an earlier version, deploy its definition.", group),
        _ => new BlueGreenException(
            ErrorKind.Unsafe, "ThirdAppInGroup", $"The group {group} has {apps.Count} apps: {string.Join(", ", apps.Select(app => app.Id))}.",
            $"Take the label {DeploymentLabels.Group} off those that do not belong there.", group),
    };
}
