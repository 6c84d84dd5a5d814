using BlueGreen.Engine.Deployment;
using BlueGreen.Engine.Haproxy;
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
    DrainedByHand,
    StrangerScales,
    StrangerDeletes,
    StrangerJoins,
    StrangerRelabels,
    SecondDriver,
    StandStill,
}

/// <summary>Something that goes wrong.</summary>
/// <param name="Kind">What.</param>
/// <param name="At">When, after the first action's beginning, or after the first task has left a pool.</param>
/// <param name="Lasts">For how long.</param>
/// <param name="Which">Chooses among those that it may hit.</param>
/// <param name="InDrain">Counts from the moment when the first task has left a pool.</param>
/// <param name="Action">The number of the action, from 0 up, from whose beginning it counts.</param>
internal sealed record PlannedFault(Fault Kind, TimeSpan At, TimeSpan Lasts, int Which, bool InDrain, int Action);

/// <summary>What drivers have beside the statistics over HTTP.</summary>
/// <param name="Sockets">The sockets of the load balancers; null for none.</param>
/// <param name="HasGauge">The service tells its pending operations.</param>
/// <param name="KeepsJournal">Each driver writes a journal, which a replay has to reproduce.</param>
internal sealed record Equipment(WorkerSource? Sockets, bool HasGauge, bool KeepsJournal);

/// <summary>A deployment that zdd.py began and did not finish.</summary>
/// <param name="Rounds">How many rounds of its swap loop it got through.</param>
/// <param name="IsLostAfterKill">It was lost right after a kill, before it scaled the new colour.</param>
internal sealed record ZddStart(int Rounds, bool IsLostAfterKill);

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

    public required Equipment Equipment { get; init; }

    /// <summary>What is half-way at the beginning; null for nothing.</summary>
    public required ZddStart? LeftByZdd { get; init; }

    public required ImmutableArray<UserAction> Actions { get; init; }

    public required ImmutableArray<PlannedFault> Faults { get; init; }

    public bool HasStranger => Faults.Any(f => f.Kind is Fault.StrangerScales or Fault.StrangerDeletes or Fault.StrangerJoins or Fault.StrangerRelabels);

    public bool HasSecondDriver => Faults.Any(f => f.Kind is Fault.SecondDriver or Fault.StandStill);

    public override string ToString() =>
        $"{Instances} instances with {Ports} ports; load balancers: {string.Join(", ", LoadBalancers)}; shares pids: {SharesPids}; swallows kills: {SwallowsKills}; "
        + $"{Traffic}; {Network}; {Equipment}; {LeftByZdd}; old {OldBehaviour}; new {NewBehaviour}; {string.Join(", ", Faults)}";

    /// <summary>Draws a plan. The same seed always gives the same one.</summary>
    public static Plan Draw(int seed) => new PlanDrawer(seed).Draw();
}
