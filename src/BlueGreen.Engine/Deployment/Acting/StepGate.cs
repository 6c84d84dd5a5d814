using BlueGreen.Engine.Deployment.Deciding;

namespace BlueGreen.Engine.Deployment.Acting;

/// <summary>Has the user's gate asked once after each step.</summary>
internal sealed class StepGate(IStepGate? gate)
{
    public const string ReasonId = "GateRefused";

    private int? _passed;
    private int _steps;

    /// <summary>
    /// True when a step is done, and what comes next would go beyond it. The decider goes beyond a step only when every load balancer
    /// serves all of it; where there is no room for the next one, what it makes room with belongs to the step that is under way.
    /// </summary>
    public bool IsDue(Decision decision, Situation situation) =>
        gate is not null && situation is { Staying: { } staying, Leaving: not null }
        && decision is Decision.Scale or Decision.Kill or Decision.Delete or Decision.Wait { Kind: WaitKind.Drain, Otherwise: not Decision.Renew }
        && situation.Rule?.Newer == staying && Situation.HealthyTasks(staying) >= staying.Instances && staying.Instances != _passed;

    /// <summary>The hold that the gate wants; null to go on.</summary>
    public async Task<Decision.Hold?> RefusalAsync(Situation situation, CancellationToken cancellationToken)
    {
        var staying = situation.Staying!;
        var step = new RolloutStep(situation.Roles.Group, ++_steps, situation.Wanted, staying, situation.Leaving!);
        var hold = await UserHook.AskAsync(() => gate!.RefuseAsync(step, cancellationToken), why => Refused(step, why)).ConfigureAwait(false);
        if (hold is null) _passed = staying.Instances;
        return hold;
    }

    private static Decision.Hold Refused(RolloutStep step, string why) => new(
        ReasonId, $"the gate refused to go on behind step {step.Step}, with {step.Instances} of {step.Target} instances of {step.NewApp.Id}: {why}",
        "Both colours serve and nothing was removed. Go on with Resume-BlueGreenDeployment when the reason is gone, or back with Undo-BlueGreenDeployment.");
}
