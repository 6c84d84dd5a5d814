using BlueGreen.Engine.Deployment.Deciding;
using BlueGreen.Engine.Marathon;

namespace BlueGreen.Engine.Deployment.Acting;

/// <summary>How an attempt to act ended.</summary>
internal abstract record ActOutcome
{
    /// <summary>Marathon took it up.</summary>
    public sealed record Acted : ActOutcome
    {
        public static Acted Instance { get; } = new();
    }

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
            await CarryOutAsync(cluster.Marathon, decision, cancellationToken).ConfigureAwait(false);
            cluster.Say(MessageLevel.Information, $"{act.Target}: {act.Action} ({act.Reason})");
            return ActOutcome.Acted.Instance;
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

    private static async Task CarryOutAsync(IMarathon marathon, Decision decision, CancellationToken cancellationToken)
    {
        switch (decision)
        {
            case Decision.Scale { Size: var size }:
                await marathon.ScaleAppAsync(size.AppId, size.To, ChangeOptions.Default, cancellationToken).ConfigureAwait(false);
                break;
            case Decision.GrowBeside beside:
                var (app, to, other, instances) = (beside.Size.AppId, beside.Size.To, beside.OtherId, beside.OtherInstances);
                await marathon.ScaleAppsAsync([(app, to - 1), (other, instances + 1)], ChangeOptions.Default, cancellationToken).ConfigureAwait(false);
                // Forced, since the first scaling is still under way: that is the point.
                await marathon.ScaleAppsAsync([(app, to), (other, instances)], new ChangeOptions(Force: true), cancellationToken).ConfigureAwait(false);
                break;
            case Decision.Touch touch:
                await marathon.ScaleAppAsync(touch.AppId, touch.Instances + 1, ChangeOptions.Default, cancellationToken).ConfigureAwait(false);
                // Forced, since the first scaling is still under way: that is the point.
                await marathon.ScaleAppAsync(touch.AppId, touch.Instances, new ChangeOptions(Force: true), cancellationToken).ConfigureAwait(false);
                break;
            case Decision.Kill kill:
                await marathon.KillTasksAsync(kill.TaskIds, scale: true, ChangeOptions.Default, cancellationToken).ConfigureAwait(false);
                if (kill.Then is { } then) await FollowUpAsync(marathon, then, cancellationToken).ConfigureAwait(false);
                break;
            case Decision.Delete delete:
                await marathon.DeleteAppAsync(delete.AppId, ChangeOptions.Default, cancellationToken).ConfigureAwait(false);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(decision), decision, "Not an act.");
        }
    }

    /// <summary>What follows a kill may fail for itself: the kill is done, and the next decision makes up for the rest.</summary>
    private static async Task FollowUpAsync(IMarathon marathon, Decision then, CancellationToken cancellationToken)
    {
        try
        {
            await CarryOutAsync(marathon, then, cancellationToken).ConfigureAwait(false);
        }
        catch (BlueGreenException)
        {
        }
    }
}
