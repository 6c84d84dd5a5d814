using BlueGreen.Engine.Deployment.Deciding;

namespace BlueGreen.Engine.Deployment;

/// <summary>Says how a deployment ended, for the user.</summary>
internal sealed class DeploymentReport(Cluster cluster, Run run, DateTimeOffset startedAt)
{
    public BlueGreenDeployment NotStarted() => Write(DeploymentResult.Stopped, "not confirmed; nothing was changed");

    public BlueGreenDeployment Ended(LoopOutcome outcome)
    {
        var result = outcome.Decision switch
        {
            Decision.Done when run.Roles.LeavingId is null => DeploymentResult.Created,
            Decision.Done when run.Goal.KeepsBoth => DeploymentResult.Hybrid,
            Decision.Done when run.Goal.KeepsOld => DeploymentResult.Switched,
            Decision.Done when run.IsUndo => DeploymentResult.Undone,
            Decision.Done => DeploymentResult.Completed,
            Decision.Hold => DeploymentResult.Held,
            _ => DeploymentResult.Stopped,
        };
        var hold = outcome.Decision as Decision.Hold;
        return Write(result, result == DeploymentResult.Stopped ? $"not confirmed: {outcome.Decision.Reason}" : outcome.Decision.Reason) with
        {
            ReasonId = hold?.ReasonId,
            FailedAct = hold?.FailedAct,
            Remedy = result == DeploymentResult.Stopped ? "Both colours run on. Remove the one that is not wanted, or finish the deployment." : hold?.Remedy,
            Rounds = outcome.Rounds + 1,
            LowestServing = outcome.LowestServing,
            DrainProofs = outcome.Proofs,
        };
    }

    /// <summary>The way there failed, and the way back was taken.</summary>
    public BlueGreenDeployment Undone(LoopOutcome there, LoopOutcome back)
    {
        var ended = Ended(back);
        var failure = (Decision.Hold)there.Decision;
        return ended with
        {
            Result = ended.Result == DeploymentResult.Completed ? DeploymentResult.Undone : ended.Result,
            Reason = $"{failure.Reason}; {ended.Reason}",
            ReasonId = failure.ReasonId,
            Rounds = there.Rounds + back.Rounds + 1,
            LowestServing = new[] { there.LowestServing, back.LowestServing }.Min(),
            DrainProofs = there.Proofs.AddRange(back.Proofs),
        };
    }

    private BlueGreenDeployment Write(DeploymentResult result, string reason) => new()
    {
        Group = run.Roles.Group,
        OldApp = run.Roles.LeavingId,
        NewApp = run.Roles.StayingId,
        Colour = run.Colour,
        Result = result,
        Reason = reason,
        StartedAt = startedAt,
        Duration = cluster.Time.GetUtcNow() - startedAt,
        Target = run.Goal.Staying + run.Goal.Leaving,
    };
}
