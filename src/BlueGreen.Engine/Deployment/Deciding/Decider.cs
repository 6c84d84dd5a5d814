using BlueGreen.Engine.Deployment.Judging;
using BlueGreen.Engine.Marathon;
using BlueGreen.Engine.Waiting;

namespace BlueGreen.Engine.Deployment.Deciding;

/// <summary>
/// The one place that says what comes next. Pure: the same situation always gives the same decision.
/// </summary>
/// <remarks>
/// The leaving colour stays at its full number until the other one serves alone, and is removed by one act. So nothing of it is ever
/// scaled on the way: scaling it would make marathon-lb take it for the newer one and drain the other for a moment, and in that
/// moment fewer tasks than wanted would serve (zdd.py, which kills and scales step by step, falls to 8 of 10). It also leaves the
/// previous colour whole to go back to. Where the roles are already turned round, by zdd.py, by somebody else, or because the way goes
/// back, <see cref="RoleTurner"/> turns them first.
/// </remarks>
internal static class Decider
{
    public static Decision Decide(Situation situation)
    {
        if (situation.Seen.MarathonProblem is { } problem) return new Decision.Wait(WaitKind.Marathon, $"Marathon cannot be read: {problem}");
        if (Disturbance(situation) is { } hold) return hold;
        var staying = situation.Staying!;
        if (Mender.Unfinished(situation) is { } renewing) return new Decision.Wait(WaitKind.Health, renewing);
        if (NotHealthy(situation, staying) is { } unhealthy) return RoomMaker.Decide(situation, staying) ?? new Decision.Wait(WaitKind.Health, unhealthy);
        if (situation.Rule is { IsReadable: false } rule)
        {
            return new Decision.Touch(staying.Id, staying.Instances, $"{rule.Newer.Id} was scaled last and tells no target: marathon-lb cannot read the group");
        }

        var leaving = situation.Leaving;
        if (leaving is not null && MayGrowOn(situation, staying)) return Grow(situation, staying, leaving);
        if (leaving is not null && Recaller.Decide(situation, staying, leaving) is { } recall) return recall;
        if (Convergence.Missing(situation) is { } missing) return Mender.Decide(situation) ?? new Decision.Wait(WaitKind.Convergence, missing);
        if (leaving is null) return new Decision.Done(Alone(situation, staying));
        if (situation.Goal.KeepsBoth) return HybridDecider.Decide(situation, staying, leaving);
        if (situation.Rule!.Newer == leaving) return RoleTurner.Decide(situation, staying, leaving);
        return staying.Instances < situation.Wanted ? Grow(situation, staying, leaving) : Remove(situation, staying, leaving);
    }

    /// <summary>What is too much, after a driver was lost between two calls, stays: with one colour alone nothing can take single tasks out of the pool.</summary>
    private static string Alone(Situation situation, MarathonApp staying)
    {
        var surplus = staying.Instances - situation.Goal.Staying;
        var alone = $"{staying.Id} serves alone with {staying.Instances} instances";
        return surplus > 0 ? $"{alone}, {surplus} more than asked for; the next deployment has the right number, and Set-MarathonApp sets it now, without a drain" : alone;
    }

    /// <summary>The next step up.</summary>
    public static Decision Grow(Situation situation, MarathonApp staying, MarathonApp leaving)
    {
        var next = situation.Policy.Growth.Next(staying.Instances, leaving.Instances, situation.Wanted);
        return new Decision.Scale(
            new Resize(staying.Id, staying.Instances, next),
            $"{staying.Instances} of the {situation.Wanted} instances wanted are healthy and every load balancer serves at least {Convergence.LeastServed(situation, staying)} of them");
    }

    /// <summary>
    /// While the new colour grows the old one stays whole, so a load balancer may be one step behind: it has to have shown that it serves
    /// the new tasks, at least half of them, and the first one by all means. Only what takes tasks away waits for the last of them, and
    /// somebody who is to judge the step.
    /// </summary>
    private static bool MayGrowOn(Situation situation, MarathonApp staying) =>
        !situation.Policy.IsGated && situation.Rule?.Newer == staying && !situation.Goal.KeepsBoth && staying.Instances < situation.Wanted
        && Convergence.LeastServed(situation, staying) >= (staying.Instances + 1) / 2;

    /// <summary>Kills those tasks that are out of every pool as soon as nothing is pending on them.</summary>
    public static Decision KillDrained(
        Situation situation, MarathonApp app, ImmutableArray<MarathonTask> tasks, string why, Decision? then = null)
    {
        var force = IsHeldByTheOther(situation, app) || IsHeldByItself(situation, app);
        return WhenDrained(
            situation, app, tasks,
            new Decision.Kill(app.Id, Ids(tasks), why, Then: then) { Force = force },
            reason => new Decision.Kill(app.Id, Ids(tasks), reason, CutsSessions: true, then) { Force = force });
    }

    private static Decision Remove(Situation situation, MarathonApp staying, MarathonApp leaving)
    {
        var @out = situation.TasksOut(leaving);
        var someStayIn = leaving.Tasks.Any(task => !@out.Contains(task) && (Situation.IsHealthy(leaving, task) || situation.IsServed(task)));
        if (situation.Goal.KeepsOld) return Keep(staying, leaving, someStayIn);
        if (someStayIn)
        {
            if (@out.IsEmpty) return new Decision.Wait(WaitKind.Convergence, $"no task of {leaving.Id} is out of every pool yet");

            // More tasks leave than come: the load balancers keep the rest in their pools until these are gone.
            var touch = new Decision.Touch(staying.Id, staying.Instances, $"{leaving.Id} was scaled last, and is not to be taken for the newer one");
            return KillDrained(situation, leaving, @out, $"{staying.Id} serves in their place", touch);
        }

        // A removal takes every task of the app, also those that Marathon did not tell of.
        if (situation.ServingUnknown() is { } unknown) return new Decision.Wait(WaitKind.Convergence, unknown);

        var all = $"all {leaving.Tasks.Length} tasks of {leaving.Id} are out of every pool";
        return WhenDrained(
            situation, leaving, leaving.Tasks,
            new Decision.Delete(leaving.Id, Ids(leaving.Tasks), $"{all} and nothing is pending on them"),
            reason => new Decision.Delete(leaving.Id, Ids(leaving.Tasks), reason, CutsSessions: true));
    }

    /// <summary>
    /// A colour that waits is never scaled, up or down: all its tasks are healthy, and were it the newer one for a moment, all of the one that
    /// serves would be taken out.
    /// </summary>
    private static Decision Keep(MarathonApp staying, MarathonApp leaving, bool someStayIn) =>
        someStayIn
            ? new Decision.Hold(
                "OldColourTooLarge",
                $"{staying.Id} serves with {staying.Instances} instances, and marathon-lb takes out as many of the {leaving.Instances} of {leaving.Id}: the others would go on serving",
                "Everything is served. Let the old colour go with Complete-BlueGreenDeployment, or with -RemoveOld.")
            : new Decision.Done($"{staying.Id} serves alone with {staying.Instances} instances, and {leaving.Id} waits with {leaving.Instances}, out of every pool");

    /// <summary>The act as soon as nothing is pending; until then a wait, which knows the act that would cut what is left.</summary>
    public static Decision WhenDrained(
        Situation situation, MarathonApp app, ImmutableArray<MarathonTask> tasks, Decision act, Func<string, Decision> cut) =>
        Pending(situation, app, tasks) is { } pending
            ? new Decision.Wait(WaitKind.Drain, pending, cut($"the time to drain is over, and so it was chosen; {pending}"))
            : act;

    public static ImmutableSortedSet<string> Ids(ImmutableArray<MarathonTask> tasks) => [.. tasks.Select(task => task.Id)];

    /// <summary>Something that this run did not do and cannot explain.</summary>
    private static Decision.Hold? Disturbance(Situation situation)
    {
        var (group, leavingId, stayingId) = situation.Roles;
        if (situation.Seen.Apps.FirstOrDefault(app => app.Id != leavingId && app.Id != stayingId) is { } third)
        {
            return new Decision.Hold(
                "ThirdAppInGroup", $"a third app, {third.Id}, has joined the group {group}: marathon-lb merges all of them",
                $"Take the label {DeploymentLabels.Group} off {third.Id} or remove it, then go on.");
        }

        if (situation.Staying is null)
        {
            return new Decision.Hold(
                "AppGone", $"{stayingId} is gone: somebody else removed it", "Find out who removed it; then deploy again.");
        }

        return ForeignChange.Find(situation);
    }

    /// <summary>
    /// True when the only deployment that holds the app holds the one that leaves as well: both were scaled by one act, and what it
    /// still waits for are tasks that may never get healthy.
    /// </summary>
    private static bool IsHeldByTheOther(Situation situation, MarathonApp app) =>
        app.IsDeploying && app == situation.Staying && app.Tasks.Length == app.Instances && Situation.HealthyTasks(app) == app.Instances
        && situation.Leaving is { } leaving && app.Deployments.All(leaving.Deployments.Contains);

    /// <summary>True when the app that leaves is held by a deployment that waits for its own tasks, which may never get healthy.</summary>
    private static bool IsHeldByItself(Situation situation, MarathonApp app) =>
        app == situation.Leaving && app.IsDeploying && Situation.HealthyTasks(app) < app.Instances;

    private static string? NotHealthy(Situation situation, MarathonApp app)
    {
        var healthy = Situation.HealthyTasks(app);
        if (healthy >= app.Instances && (!app.IsDeploying || IsHeldByTheOther(situation, app))) return null;
        var running = app.Tasks.Count(t => t.IsRunning);
        var failure = healthy < app.Instances && app.LastTaskFailure is { } message ? $"; the last task that failed said: {message}" : "";
        if (situation.Seen.Queued(app) is { } queued && AppReadiness.Hindrance(queued) is { } hindrance) failure = $"; {hindrance}{failure}";
        return running < app.Instances
            ? $"Marathon has started {running} of {app.Instances} tasks of {app.Id}{failure}"
            : healthy < app.Instances
                ? $"{healthy} of {app.Instances} tasks of {app.Id} are healthy{failure}"
                : $"Marathon is still deploying {app.Id}";
    }

    private static string? Pending(Situation situation, MarathonApp app, ImmutableArray<MarathonTask> tasks)
    {
        var waiting = tasks
            .SelectMany(task => DrainProofs.Of(task, situation.Seen, situation.Ledger))
            .Where(proof => !proof.IsDrained)
            .ToList();
        if (waiting.Count == 0) return null;
        var count = waiting.Select(p => p.TaskId).Distinct().Count();
        return $"{count} of {tasks.Length} tasks of {app.Id} may have pending work; {waiting[0].TaskId} on {waiting[0].LoadBalancer}: {waiting[0].WaitsFor}";
    }
}
