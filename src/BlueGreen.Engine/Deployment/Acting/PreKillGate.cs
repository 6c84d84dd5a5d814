using BlueGreen.Engine.Deployment.Deciding;
using BlueGreen.Engine.Marathon;

namespace BlueGreen.Engine.Deployment.Acting;

/// <summary>Has the user's hook called once for each act that kills tasks.</summary>
internal sealed class PreKillGate(IPreKillHook? hook)
{
    private Decision? _passed;

    /// <summary>The hold that the hook wants; null to go on.</summary>
    public async Task<Decision.Hold?> RefusalAsync(Decision decision, Situation situation, CancellationToken cancellationToken)
    {
        if (hook is null || Act.TasksToKill(decision) is not { Count: > 0 } ids || decision.Equals(_passed)) return null;
        var notice = Notice(situation, ids);
        var hold = await UserHook.AskAsync(() => hook.RefuseAsync(notice, cancellationToken), why => Refused(notice, why)).ConfigureAwait(false);
        if (hold is null) _passed = decision;
        return hold;
    }

    private static Decision.Hold Refused(KillNotice notice, string why) => new(
        "PreKillRefused", $"the pre-kill hook stopped the deployment before {notice.TaskIds.Length} tasks of {notice.App.Id} were killed: {why}",
        "Both colours run on and nothing was killed. See to what the hook found, then go on with the deployment or go back.");

    private static KillNotice Notice(Situation situation, ImmutableSortedSet<string> ids)
    {
        var app = situation.Seen.Apps.First(a => a.Tasks.Any(task => ids.Contains(task.Id)));
        return new KillNotice(app, [.. ids], situation.Seen.Apps.FirstOrDefault(a => a.Id != app.Id));
    }
}
