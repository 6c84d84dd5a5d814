using BlueGreen.Engine.Marathon;

namespace BlueGreen.Engine.Deployment;

/// <summary>A step of a rollout that is done: every load balancer serves all of the new colour's tasks.</summary>
/// <param name="Group">The deployment group.</param>
/// <param name="Step">Which one it is, from 1 up, counted since this run began.</param>
/// <param name="Target">How many instances the new colour ends with.</param>
/// <param name="NewApp">The new colour, as it was seen last.</param>
/// <param name="OldApp">The old colour, which still is whole.</param>
public sealed record RolloutStep(string Group, int Step, int Target, MarathonApp NewApp, MarathonApp OldApp)
{
    /// <summary>How many instances the new colour has now.</summary>
    public int Instances => NewApp.Instances;

    /// <summary>True when the next thing is that the old colour goes.</summary>
    public bool IsLast => Instances >= Target;
}

/// <summary>Asked after each step of a rollout whether it may go on: before the next one, and before anything of the old colour is removed.</summary>
public interface IStepGate
{
    /// <summary>Null to go on; else why the deployment is to be held, or undone, with everything served.</summary>
    /// <remarks>A <see cref="BlueGreenException"/> holds it too. Called from any thread, once for each step, with nothing done meanwhile.</remarks>
    Task<string?> RefuseAsync(RolloutStep step, CancellationToken cancellationToken);
}
