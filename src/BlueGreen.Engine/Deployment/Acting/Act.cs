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
    /// <summary>No task gets into a pool sooner: it has to be started, become healthy, and be read of by marathon-lb.</summary>
    private static readonly TimeSpan Promptly = TimeSpan.FromMilliseconds(500);

    /// <summary>The tasks that an act kills by itself; null when it kills none.</summary>
    public static ImmutableSortedSet<string>? TasksToKill(Decision decision) => decision switch
    {
        Decision.Kill kill => kill.TaskIds,
        Decision.Renew renew => renew.TaskIds,
        Decision.Delete delete => delete.TaskIds,
        _ => null,
    };

    /// <summary>True when the user chose that sessions may be cut.</summary>
    public static bool CutsSessions(Decision decision) => decision is Decision.Kill { CutsSessions: true } or Decision.Renew { CutsSessions: true } or Decision.Delete { CutsSessions: true };

    public static PlannedAct Describe(Decision decision) => decision switch
    {
        Decision.Scale { Size: var size } => new PlannedAct(size.AppId, $"Scale from {size.From} to {size.To} instances", decision.Reason) { Kind = ActKind.Scale },
        Decision.GrowBeside { Size: var size } => new PlannedAct(size.AppId, $"Scale from {size.From} to {size.To} instances, without turning the roles", decision.Reason) { Kind = ActKind.Scale },
        Decision.Touch touch => new PlannedAct(touch.AppId, $"Scale to {touch.Instances + 1} and at once back to {touch.Instances} instances", decision.Reason) { Kind = ActKind.Scale },
        Decision.Kill kill => new PlannedAct(
            kill.AppId, $"Kill {kill.TaskIds.Count} {(kill.CutsSessions ? "draining" : "drained")} tasks and scale down by as many" + (kill.Then is { } then ? $"; {Describe(then).Target}: {Describe(then).Action}" : ""),
            decision.Reason, Destructive: true) { Kind = ActKind.Kill },
        Decision.Renew renew => new PlannedAct(
            renew.AppId, $"Kill {renew.TaskIds.Count} {(renew.TaskIds.Count == 1 ? "task that stays" : "tasks that stay")} down, for Marathon to start as many in their place", renew.Reason, Destructive: true) { Kind = ActKind.Kill },
        Decision.Mend mend => new PlannedAct(mend.AppId, $"Mend {string.Join(", ", mend.Servers)} by the admin socket (health up)", mend.Reason),
        Decision.Recall recall => new PlannedAct(recall.AppId, $"Recall {string.Join(", ", recall.Servers)} into the pool by the admin socket (state ready, health up)", recall.Reason),
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
            var deployments = await CarryOutAsync(cluster, decision, cancellationToken).ConfigureAwait(false);
            var next = decision is Decision.Kill { Then: { } then } ? await FollowUpAsync(cluster, then, cancellationToken).ConfigureAwait(false) : [];
            cluster.Say(MessageLevel.Information, $"{act.Target}: {act.Action} ({act.Reason})");
            return new ActOutcome.Acted([.. deployments, .. next ?? []], FollowedUp: next is not null);
        }
        catch (BlueGreenException error) when (error.Kind is ErrorKind.Unavailable or ErrorKind.Timeout or ErrorKind.Locked)
        {
            // Whether it was done or not, the next look tells. What is to follow a kill does no harm without it, and must not wait.
            if (decision is Decision.Kill { Then: { } follows }) await FollowUpAsync(cluster, follows, cancellationToken).ConfigureAwait(false);
            return NotNow(error);
        }
        catch (BlueGreenException error) when (decision is Decision.BringUp)
        {
            // The next look tells what is left to be done; the attempts are few.
            var notNow = NotNow(error);
            cluster.Say(MessageLevel.Warning, notNow.Why);
            return notNow;
        }
        catch (BlueGreenException error)
        {
            return new ActOutcome.Ended(
                new Decision.Hold(error.ErrorId, $"{act.Target}: {act.Action} was refused: {error.Message}", error.Remedy) { FailedAct = act.Kind });
        }

        ActOutcome.NotNow NotNow(BlueGreenException error) => new($"{act.Target}: {act.Action} did not go through: {error.Message}");
    }

    /// <returns>Marathon's deployments that carry it out.</returns>
    private static async Task<ImmutableArray<string>> CarryOutAsync(Cluster cluster, Decision decision, CancellationToken cancellationToken)
    {
        var marathon = cluster.Marathon;
        // What kills is right for as long as the last look is true: a repeat, seconds later, might come after a fail-over.
        var once = new ChangeOptions { IsOnce = true };
        switch (decision)
        {
            case Decision.Scale { Size: var size }:
                return Ids(await marathon.ScaleAppAsync(size.AppId, size.To, ChangeOptions.Default, cancellationToken).ConfigureAwait(false));
            case Decision.GrowBeside beside:
                var (app, to, other, instances) = (beside.Size.AppId, beside.Size.To, beside.OtherId, beside.OtherInstances);
                return await ScaleAndBackAsync(cluster, [(app, to - 1), (other, instances + 1)], [(app, to), (other, instances)], takesOver: false, cancellationToken).ConfigureAwait(false);
            case Decision.Touch touch:
                return await ScaleAndBackAsync(cluster, [(touch.AppId, touch.Instances + 1)], [(touch.AppId, touch.Instances)], touch.TakesOver, cancellationToken).ConfigureAwait(false);
            case Decision.Kill kill:
                return Ids(await marathon.KillTasksAsync(kill.TaskIds, scale: true, once with { Force = kill.Force }, cancellationToken).ConfigureAwait(false));
            case Decision.Renew renew:
                return Ids(await marathon.KillTasksAsync(renew.TaskIds, scale: false, once, cancellationToken).ConfigureAwait(false));
            case Decision.Mend mend:
                foreach (var server in mend.Servers) await cluster.Mender!.MendAsync(server, cancellationToken).ConfigureAwait(false);
                return [];
            case Decision.Recall recall:
                foreach (var server in recall.Servers) await cluster.Mender!.RecallAsync(server, cancellationToken).ConfigureAwait(false);
                return [];
            case Decision.Delete delete:
                // Forced: a version that never gets healthy is held for ever by the deployment that was to bring it up.
                return Ids(await marathon.DeleteAppAsync(delete.AppId, once with { Force = true }, cancellationToken).ConfigureAwait(false));
            default:
                throw new ArgumentOutOfRangeException(nameof(decision), decision, "Not an act.");
        }
    }

    /// <summary>
    /// Scales up and at once back. The task that was asked for in between must not serve before it is taken back: where the first
    /// answer has taken too long for that, one task too many is left.
    /// </summary>
    private static async Task<ImmutableArray<string>> ScaleAndBackAsync(
        Cluster cluster, IReadOnlyCollection<(string Id, int Instances)> up, IReadOnlyCollection<(string Id, int Instances)> back, bool takesOver,
        CancellationToken cancellationToken)
    {
        var began = cluster.Time.GetTimestamp();
        var (first, lost) = (new AcceptedChange(null, null), (BlueGreenException?)null);
        try
        {
            first = await ScaleAsync(cluster.Marathon, up, new ChangeOptions(takesOver) { IsOnce = true }, cancellationToken).ConfigureAwait(false);
        }
        catch (BlueGreenException error) when (up.Count == 1 && error.Kind is (ErrorKind.Unavailable or ErrorKind.Timeout))
        {
            // It may have been done all the same. Scaling one app back does no harm when it was not; two would turn the roles.
            lost = error;
        }

        if (cluster.Time.GetElapsedTime(began) > Promptly)
        {
            cluster.Say(MessageLevel.Warning, $"Marathon took {cluster.Time.GetElapsedTime(began).TotalSeconds:0.0} s to scale {up.Last().Id} up: it is left at {up.Last().Instances} instances, since one of them may serve by now.");
            return lost is null ? Ids(first) : throw lost;
        }

        // Forced, since the first scaling is still under way: that is the point.
        var second = await ScaleAsync(cluster.Marathon, back, new ChangeOptions(Force: true) { IsOnce = true }, cancellationToken).ConfigureAwait(false);
        return lost is null ? Ids(first, second) : throw lost;
    }

    private static Task<AcceptedChange> ScaleAsync(
        IMarathon marathon, IReadOnlyCollection<(string Id, int Instances)> apps, ChangeOptions options, CancellationToken cancellationToken) =>
        apps.Count == 1
            ? marathon.ScaleAppAsync(apps.First().Id, apps.First().Instances, options, cancellationToken)
            : marathon.ScaleAppsAsync(apps, options, cancellationToken);

    /// <summary>What follows a kill may fail for itself: the kill is done, and the next decision makes up for the rest.</summary>
    /// <returns>Null when it failed.</returns>
    private static async Task<ImmutableArray<string>?> FollowUpAsync(Cluster cluster, Decision then, CancellationToken cancellationToken)
    {
        try
        {
            return await CarryOutAsync(cluster, then, cancellationToken).ConfigureAwait(false);
        }
        catch (BlueGreenException)
        {
            return null;
        }
    }

    private static ImmutableArray<string> Ids(params AcceptedChange[] changes) => [.. changes.Select(change => change.DeploymentId).OfType<string>()];
}
