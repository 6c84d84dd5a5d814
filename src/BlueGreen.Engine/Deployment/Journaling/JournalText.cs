using BlueGreen.Engine.Deployment.Acting;
using BlueGreen.Engine.Deployment.Deciding;
using BlueGreen.Engine.Haproxy;

namespace BlueGreen.Engine.Deployment.Journaling;

/// <summary>Says in a sentence what an entry tells.</summary>
internal static class JournalText
{
    public static string Of(JournalEntry entry) => entry switch
    {
        JournalEntry.Header header => $"{header.User} on {header.Host} (process {header.Process}, version {header.Module}) {header.Does}",
        JournalEntry.Created created => $"{created.AppId} was created with {created.Instances} instances",
        JournalEntry.Run { Roles: { LeavingId: { } leaving } roles, Goal: var goal } => $"{leaving} is to be replaced by {roles.StayingId}, with {goal.Staying}{(goal.KeepsBoth ? $" and {goal.Leaving}" : "")} instances in the end",
        JournalEntry.Run run => $"{run.Roles.StayingId} is to serve with {run.Goal.Staying} instances",
        JournalEntry.Look look => Look(look),
        JournalEntry.Again => "nothing new",
        JournalEntry.Decided decided => Of(decided.Decision),
        JournalEntry.Waited waited => Of(waited.Decision),
        JournalEntry.Asked asked => $"{Act.Describe(asked.Act).Target}: {Act.Describe(asked.Act).Action}? {(asked.Yes ? "Yes" : "No")}",
        JournalEntry.Gated gated => $"The gate, with {gated.Instances} instances of {gated.AppId}: {gated.Refusal ?? "go on"}",
        JournalEntry.Acting acting => $"{Act.Describe(acting.Act).Target}: {Act.Describe(acting.Act).Action} ({acting.Act.Reason})",
        JournalEntry.Acted { Outcome: ActOutcome.Acted acted } => "Marathon took it up" + (acted.Deployments.IsEmpty ? "" : $" as {string.Join(", ", acted.Deployments)}") + (acted.FollowedUp ? "" : ", but not what was to follow"),
        JournalEntry.Acted { Outcome: ActOutcome.NotNow notNow } => notNow.Why,
        JournalEntry.Acted { Outcome: ActOutcome.Ended ended } => ended.Hold.Reason,
        JournalEntry.Ended { Deployment: var deployment } => $"{deployment.Result}: {deployment.Reason}",
        JournalEntry.Broken broken => broken.Why,
        _ => entry.GetType().Name,
    };

    public static string Of(Decision decision) => decision switch
    {
        Decision.Wait wait => $"Wait: {wait.Reason}",
        Decision.Hold hold => $"Hold ({hold.ReasonId}): {hold.Reason}",
        Decision.Done done => $"Done: {done.Reason}",
        _ => $"{Act.Describe(decision).Target}: {Act.Describe(decision).Action}: {decision.Reason}",
    };

    private static string Look(JournalEntry.Look look)
    {
        var apps = look.Seen.Apps.Select(app => $"{app.Id} {app.Tasks.Count(t => Situation.IsHealthy(app, t))}/{app.Instances} healthy");
        var balancers = look.Seen.LoadBalancers.Select(r => r.Quality == ReadingQuality.Consistent
            ? $"{r.Instance.Name} {r.Servers.Count(s => s.State == ServerState.Serving)} serving, {r.Servers.Count(s => s.IsOutOfPool)} out"
            : $"{r.Instance.Name} {r.Problem}");
        return string.Join("; ", [.. look.Seen.MarathonProblem is { } problem ? [$"Marathon: {problem}"] : apps, .. balancers]);
    }
}
