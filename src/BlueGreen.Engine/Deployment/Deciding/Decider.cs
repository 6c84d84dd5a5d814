using BlueGreen.Engine.Deployment.Judging;
using BlueGreen.Engine.Marathon;

namespace BlueGreen.Engine.Deployment.Deciding;

/// <summary>
/// The one place that says what comes next. Pure: the same situation always gives the same decision.
/// </summary>
/// <remarks>
/// The old colour stays at its full number until the new one serves alone, and is removed by one act. So nothing of the old colour
/// is ever scaled: scaling it would make marathon-lb take it for the newer one and drain the new colour for a moment, and in that
/// moment fewer tasks than wanted would serve (zdd.py, which kills and scales step by step, falls to 8 of 10). It also leaves
/// the old colour whole to go back to.
/// </remarks>
internal static class Decider
{
    public static Decision Decide(Situation situation)
    {
        if (situation.Seen.MarathonProblem is { } problem) return new Decision.Wait(WaitKind.Marathon, $"Marathon cannot be read: {problem}");
        if (Disturbance(situation) is { } hold) return hold;
        var @new = situation.New!;
        if (NotHealthy(@new) is { } unhealthy) return new Decision.Wait(WaitKind.Health, unhealthy);
        if (Convergence.Missing(situation) is { } missing) return new Decision.Wait(WaitKind.Convergence, missing);
        if (situation.Old is not { } old) return new Decision.Done($"{@new.Id} serves alone with {@new.Instances} instances");
        if (@new.Instances < situation.Target) return Grow(situation, old, @new);
        return Pending(situation, old) is { } pending
            ? new Decision.Wait(WaitKind.Drain, pending)
            : new Decision.Delete(
                old.Id, [.. old.Tasks.Select(t => t.Id)],
                $"all {old.Tasks.Length} tasks of {old.Id} are out of every pool and nothing is pending on them");
    }

    /// <summary>Something that this deployment did not do and cannot explain.</summary>
    private static Decision.Hold? Disturbance(Situation situation)
    {
        var (group, oldId, newId) = situation.Roles;
        if (situation.Seen.Apps.FirstOrDefault(app => app.Id != oldId && app.Id != newId) is { } third)
        {
            return new Decision.Hold(
                "ThirdAppInGroup", $"a third app, {third.Id}, has joined the group {group}: marathon-lb merges all three",
                $"Take the label {DeploymentLabels.Group} off {third.Id} or remove it, then go on.");
        }

        if (situation.New is null)
        {
            return new Decision.Hold(
                "NewAppGone", $"{newId} is gone: somebody else removed it",
                "Find out who removed it; then deploy again.");
        }

        return null;
    }

    private static string? NotHealthy(MarathonApp app)
    {
        var healthy = Situation.HealthyTasks(app);
        if (healthy >= app.Instances && !app.IsDeploying) return null;
        var running = app.Tasks.Count(t => t.IsRunning);
        var failure = healthy < app.Instances && app.LastTaskFailure is { } message ? $"; the last task that failed said: {message}" : "";
        return running < app.Instances
            ? $"Marathon has started {running} of {app.Instances} tasks of {app.Id}{failure}"
            : healthy < app.Instances
                ? $"{healthy} of {app.Instances} tasks of {app.Id} are healthy{failure}"
                : $"Marathon is still deploying {app.Id}";
    }

    private static Decision Grow(Situation situation, MarathonApp old, MarathonApp @new)
    {
        var next = situation.Policy.Growth.Next(@new.Instances, old.Instances, situation.Target);
        return new Decision.Scale(
            @new.Id, @new.Instances, next, $"{@new.Instances} of {situation.Target} tasks of {@new.Id} are healthy and served by every load balancer");
    }

    private static string? Pending(Situation situation, MarathonApp old)
    {
        var waiting = old.Tasks
            .SelectMany(task => DrainProofs.Of(task, situation.Seen, situation.Ledger))
            .Where(proof => !proof.IsDrained)
            .ToList();
        if (waiting.Count == 0) return null;
        var tasks = waiting.Select(p => p.TaskId).Distinct().Count();
        return $"{tasks} of {old.Tasks.Length} tasks of {old.Id} may have pending work; {waiting[0].TaskId} on {waiting[0].LoadBalancer}: {waiting[0].WaitsFor}";
    }
}
