using BlueGreen.Engine.Deployment;

namespace BlueGreen.Simulation.Schedules;

internal enum ActionKind
{
    Deploy,
    Resume,
    Complete,
    Undo,
}

/// <summary>Something that a user does, and how its driver ends.</summary>
/// <param name="Kind">What.</param>
/// <param name="Policy">How.</param>
/// <param name="Dies">The driver is killed at its so manieth change, before or after it is made; null when it is not.</param>
/// <param name="DiesAfter">The driver is killed after this time; null when it is not.</param>
/// <param name="Host">The machine on which the driver runs.</param>
/// <param name="WaitsFor">How long the user lets pass before.</param>
internal sealed record UserAction(
    ActionKind Kind, RolloutPolicy Policy, (int Change, bool IsMade)? Dies = null, TimeSpan? DiesAfter = null, string Host = "build7", TimeSpan WaitsFor = default);
