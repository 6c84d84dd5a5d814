using BlueGreen.Engine.Deployment.Deciding;
using BlueGreen.Engine.Deployment.Judging;
using BlueGreen.Engine.Deployment.Observing;
using BlueGreen.Engine.Haproxy;
using BlueGreen.Engine.Marathon;

namespace BlueGreen.Engine.Deployment;

/// <summary>Tells where a deployment stands and why it waits: a line when the reason changes, progress all the time.</summary>
internal sealed class ProgressNarrator(Cluster cluster, Roles roles, Goal goal)
{
    private string? _lastReason;

    public void Tell(Situation situation, Decision decision)
    {
        if (!cluster.IsHeard) return;
        var at = cluster.Time.GetUtcNow();
        // An act is told when it is done, with its reason.
        if (decision is Decision.Wait { Kind: not WaitKind.Outcome } or Decision.Hold or Decision.Done && decision.Reason != _lastReason)
        {
            cluster.Say(MessageLevel.Verbose, Sentence(decision));
            _lastReason = decision.Reason;
        }

        var activity = roles.LeavingId is null ? $"Creating {roles.StayingId}" : $"Deploying {roles.Group}: {roles.LeavingId} to {roles.StayingId}";
        cluster.Sink.Publish(new ProgressEvent(at, activity, $"{Colours(situation)} | {Sentence(decision)}", Percent(situation)));
    }

    /// <summary>Warns once of each new low under the number wanted, with what is known of why.</summary>
    /// <param name="situation">What was seen.</param>
    /// <param name="serving">Tasks that serve on the load balancer where the fewest do.</param>
    /// <param name="before">The lowest number until now.</param>
    public void TellServing(Situation situation, int serving, int before)
    {
        var wanted = goal.Staying + goal.Leaving;
        if (serving >= Math.Min(before, wanted)) return;
        // marathon-lb makes room as soon as Marathon says healthy; a task that it listed before that may still be down by HAProxy's own check.
        var why = Down(situation, PoolState.Faltering, "run with --health-check, marathon-lb lists a task only once it is healthy")
            ?? Down(situation, PoolState.Stopped, "they came back into the pool, and have no check that would find them up");
        cluster.Say(MessageLevel.Warning, $"Only {serving} of {wanted} tasks serve at the moment{why}");
    }

    private static string? Down(Situation situation, PoolState state, string because) => situation.Seen.LoadBalancers
        .Select(r => (r.Instance.Name, Tasks: situation.Seen.Apps.SelectMany(a => a.Tasks.Where(t => Situation.IsHealthy(a, t) && situation.StateOf(t, r.Instance) == state)).Count()))
        .Where(r => r.Tasks > 0)
        .Select(r => $": load balancer {r.Name} has {r.Tasks} down that Marathon calls healthy ({because})")
        .FirstOrDefault();

    private static string Sentence(Decision decision) => decision switch
    {
        Decision.Wait wait => $"Waiting: {wait.Reason}",
        Decision.Hold hold => $"Holding: {hold.Reason}",
        _ => decision.Reason,
    };

    private static string Colours(Situation situation) =>
        string.Join(", ", new[] { situation.Leaving, situation.Staying }.OfType<MarathonApp>().Select(app => Colour(situation, app)));

    private static string Colour(Situation situation, MarathonApp app)
    {
        var readable = situation.Seen.LoadBalancers.Where(r => r.Quality == ReadingQuality.Consistent).ToList();
        int Least(PoolState state) => readable.Count == 0 ? 0 : readable.Min(r => situation.Count(app, r.Instance, state));
        var name = app.Colour ?? app.Id;
        var @out = Least(PoolState.Out);
        return $"{name} {Situation.HealthyTasks(app)}/{app.Instances} healthy, {Least(PoolState.Serving)} serving" + (@out > 0 ? $", {@out} draining" : "");
    }

    /// <summary>Growing is worth most of the bar; draining and removing the rest.</summary>
    private int Percent(Situation situation)
    {
        if (situation.Staying is not { } staying) return 0;
        var grown = Math.Min(1.0, (double)Situation.HealthyTasks(staying) / Math.Max(1, goal.Staying));
        if (roles.LeavingId is null) return (int)(grown * 95);
        if (situation.Leaving is not { } leaving) return 95;
        var drained = leaving.Tasks.Count(task => DrainProofs.Of(task, situation.Seen, situation.Ledger).All(p => p.IsDrained));
        return (int)((grown * 65) + (leaving.Tasks.Length == 0 ? 25 : 25.0 * drained / leaving.Tasks.Length));
    }
}
