using BlueGreen.Engine.Deployment.Deciding;
using BlueGreen.Engine.Marathon;

namespace BlueGreen.Engine.Deployment.Acting;

/// <summary>How an attempt to act ended.</summary>
internal abstract record ActOutcome
{
    /// <summary>Marathon took it up.</summary>
    /// <param name="Deployments">Marathon's deployments that carry it out.</param>
    /// <param name="FollowedUp">False when what was to follow it failed, or got no answer.</param>
    public sealed record Acted(ImmutableArray<string> Deployments, bool FollowedUp = true) : ActOutcome;

    /// <summary>Not done; worth looking and deciding again.</summary>
    public sealed record NotNow(string Why) : ActOutcome;

    /// <summary>Refused for good.</summary>
    public sealed record Ended(Decision.Hold Hold) : ActOutcome;
}

/// <summary>Carries decisions out: one call each, which a lost answer or a second try does not harm.</summary>
internal static class Act
{
    /// <summary>The tasks that an act kills by itself; null when it kills none.</summary>
    public static ImmutableSortedSet<string>? TasksToKill(Decision decision) => decision switch
    {
        Decision.Kill kill => kill.TaskIds,
        Decision.Delete delete => delete.TaskIds,
        _ => null,
    };

    /// <summary>True when the user chose that sessions may be cut.</summary>
    public static bool CutsSessions(Decision decision) => decision is Decision.Kill { CutsSessions: true } or Decision.Delete { CutsSessions: true };

    public static PlannedAct Describe(Decision decision) => decision switch
    {
        Decision.Scale { Size: var size } => new PlannedAct(size.AppId, $"Scale from {size.From} to {size.To} instances", decision.Reason) { Kind = ActKind.Scale },
        Decision.GrowBeside { Size: var size } => new PlannedAct(size.AppId, $"Scale from {size.From} to {size.To} instances, without turning the roles", decision.Reason) { Kind = ActKind.Scale },
        Decision.Touch touch => new PlannedAct(touch.AppId, $"Scale to {touch.Instances + 1} and at once back to {touch.Instances} instances", decision.Reason) { Kind = ActKind.Scale },
        Decision.Kill kill => new PlannedAct(
            kill.AppId, $"Kill {kill.TaskIds.Count} {(kill.CutsSessions ? "draining" : "drained")} tasks and scale down by as many" + (kill.Then is { } then ? $"; {Describe(then).Target}: {Describe(then).Action}" : ""),
            decision.Reason, Destructive: true) { Kind = ActKind.Kill },
        Decision.Delete delete => new PlannedAct(delete.AppId, $"Remove the app and its {delete.TaskIds.Count} tasks", decision.Reason, Destructive: true) { Kind = ActKind.Delete },
        _ => throw new ArgumentOutOfRangeException(nameof(decision), decision, "Not an act."),
    };

    /// <summary>True when two decisions would do the same, to the same tasks, whatever their reasons.</summary>
    public static bool IsSame(Decision one, Decision other) =>
        Describe(one) with { Reason = "" } == Describe(other) with { Reason = "" }
        && (TasksToKill(one) ?? []).SetEquals(TasksToKill(other) ?? []);

    public static async Task<ActOutcome> TryAsync(Cluster cluster, Decision decision, CancellationToken cancellationToken)
    {
        var act = Describe(decision);
        try
        {
            var deployments = await CarryOutAsync(cluster.Marathon, decision, cancellationToken).ConfigureAwait(false);
            var next = decision is Decision.Kill { Then: { } then } ? await FollowUpAsync(cluster.Marathon, then, cancellationToken).ConfigureAwait(false) : [];
            cluster.Say(MessageLevel.Information, $"{act.Target}: {act.Action} ({act.Reason})");
            return new ActOutcome.Acted([.. deployments, .. next ?? []], FollowedUp: next is not null);
        }
        catch (BlueGreenException error) when (error.Kind is ErrorKind.Unavailable or ErrorKind.Timeout or ErrorKind.Locked)
        {
            // Whether it was done or not, the next look tells.
            return new ActOutcome.NotNow($"{act.Target}: {act.Action} did not go through: {error.Message}");
        }
        catch (BlueGreenException error)
        {
            return new ActOutcome.Ended(
                new Decision.Hold(error.ErrorId, $"{act.Target}: {act.Action} was refused: {error.Message}", error.Remedy) { FailedAct = act.Kind });
        }
    }

    /// <returns>Marathon's deployments that carry it out.</returns>
    private static async Task<ImmutableArray<string>> CarryOutAsync(IMarathon marathon, Decision decision, CancellationToken cancellationToken)
    {
        // Forced, where the first of two scalings is still under way: that is the point.
        var forced = new ChangeOptions(Force: true);
        switch (decision)
        {
            case Decision.Scale { Size: var size }:
                return Ids(await marathon.ScaleAppAsync(size.AppId, size.To, ChangeOptions.Default, cancellationToken).ConfigureAwait(false));
            case Decision.GrowBeside beside:
                var (app, to, other, instances) = (beside.Size.AppId, beside.Size.To, beside.OtherId, beside.OtherInstances);
                return Ids(
                    await marathon.ScaleAppsAsync([(app, to - 1), (other, instances + 1)], ChangeOptions.Default, cancellationToken).ConfigureAwait(false),
                    await marathon.ScaleAppsAsync([(app, to), (other, instances)], forced, cancellationToken).ConfigureAwait(false));
            case Decision.Touch touch:
                return Ids(
                    await marathon.ScaleAppAsync(touch.AppId, touch.Instances + 1, ChangeOptions.Default, cancellationToken).ConfigureAwait(false),
                    await marathon.ScaleAppAsync(touch.AppId, touch.Instances, forced, cancellationToken).ConfigureAwait(false));
            case Decision.Kill kill:
                return Ids(await marathon.KillTasksAsync(kill.TaskIds, scale: true, ChangeOptions.Default, cancellationToken).ConfigureAwait(false));
            case Decision.Delete delete:
                return Ids(await marathon.DeleteAppAsync(delete.AppId, ChangeOptions.Default, cancellationToken).ConfigureAwait(false));
            default:
                throw new ArgumentOutOfRangeException(nameof(decision), decision, "Not an act.");
        }
    }

    /// <summary>What follows a kill may fail for itself: the kill is done, and the next decision makes up for the rest.</summary>
    /// <returns>Null when it failed.</returns>
    private static async Task<ImmutableArray<string>?> FollowUpAsync(IMarathon marathon, Decision then, CancellationToken cancellationToken)
    {
        try
        {
            return await CarryOutAsync(marathon, then, cancellationToken).ConfigureAwait(false);
        }
        catch (BlueGreenException)
        {
            return null;
        }
    }

    private static ImmutableArray<string> Ids(params AcceptedChange[] changes) => [.. changes.Select(change => change.DeploymentId).OfType<string>()];
}
