using BlueGreen.Engine.Deployment;
using BlueGreen.Simulation.Cluster;
using BlueGreen.Simulation.Driving;

namespace BlueGreen.Simulation.Schedules;

internal enum Fault
{
    FailOver,
    Crash,
    Flap,
    Reload,
    Restart,
    Deaf,
    Unreachable,
    Added,
    Removed,
    ClockForwards,
    ClockBack,
    ForeignProcess,
    NoRoom,
    SetByHand,
    OnePortOut,
    StrangerScales,
    StrangerDeletes,
    StrangerJoins,
    SecondDriver,
}

/// <summary>Something that goes wrong.</summary>
/// <param name="Kind">What.</param>
/// <param name="At">When, after the first action's beginning, or after the first task has left a pool.</param>
/// <param name="Lasts">For how long.</param>
/// <param name="Which">Chooses among those that it may hit.</param>
/// <param name="InDrain">Counts from the moment when the first task has left a pool.</param>
internal sealed record PlannedFault(Fault Kind, TimeSpan At, TimeSpan Lasts, int Which, bool InDrain = false);

/// <summary>All that a seed stands for: the cluster's shape, the users' actions, and what goes wrong meanwhile.</summary>
internal sealed record Plan
{
    public required int Seed { get; init; }

    public required int Instances { get; init; }

    public required int Ports { get; init; }

    public required ImmutableArray<LoadBalancerShape> LoadBalancers { get; init; }

    public required bool SharesPids { get; init; }

    public required bool SwallowsKills { get; init; }

    public required Traffic Traffic { get; init; }

    public required Network Network { get; init; }

    public required Behaviour OldBehaviour { get; init; }

    public required Behaviour NewBehaviour { get; init; }

    public required ImmutableArray<UserAction> Actions { get; init; }

    public required ImmutableArray<PlannedFault> Faults { get; init; }

    public bool HasStranger => Faults.Any(f => f.Kind is Fault.StrangerScales or Fault.StrangerDeletes or Fault.StrangerJoins or Fault.SecondDriver);

    public override string ToString() =>
        $"{Instances} instances with {Ports} ports; load balancers: {string.Join(", ", LoadBalancers)}; shares pids: {SharesPids}; swallows kills: {SwallowsKills}; "
        + $"{Traffic}; {Network}; old {OldBehaviour}; new {NewBehaviour}; {string.Join(", ", Faults)}";

    /// <summary>Draws a plan. The same seed always gives the same one.</summary>
    public static Plan Draw(int seed) => new PlanDrawer(seed).Draw();
}
