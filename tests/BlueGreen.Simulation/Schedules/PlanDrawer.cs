using BlueGreen.Engine.Deployment;
using BlueGreen.Engine.Haproxy;
using BlueGreen.Simulation.Cluster;
using BlueGreen.Simulation.Driving;

namespace BlueGreen.Simulation.Schedules;

/// <summary>Draws plans. Every fault is drawn often enough to meet every other one in some thousand seeds; a fifth of them have none.</summary>
internal sealed class PlanDrawer(int seed)
{
    private static readonly Fault[] Faults = Enum.GetValues<Fault>();
    private readonly Random _random = new(unchecked(seed * 7919) + 17);

    public Plan Draw()
    {
        var instances = Pick(1, 2, 2, 3, 3, 4);
        var isCalm = Chance(0.2);
        var faults = isCalm ? 0 : Pick(0, 1, 1, 2, 3);
        // Whether servers have a check is a matter of the app: so it is on all of them.
        var hasChecks = Pick(true, true, true, false, false);
        ImmutableArray<LoadBalancerShape> loadBalancers = [.. Enumerable.Range(0, Pick(1, 1, 2, 2, 3)).Select(_ => DrawLoadBalancer(hasChecks))];
        var network = isCalm || Chance(0.4) ? Network.Calm : DrawNetwork();
        var zdd = instances > 1 && Chance(0.12) ? new ZddStart(Pick(0, 1, 1, 2), Chance(0.4)) : null;
        var actions = DrawActions(instances, zdd is not null);
        return new Plan
        {
            Seed = seed,
            Instances = instances,
            Ports = Pick(1, 2),
            LoadBalancers = loadBalancers,
            SharesPids = Chance(0.3),
            SwallowsKills = Chance(0.1),
            Traffic = new Traffic(Pick(50, 100, 300, 300, 1000, 1000, 3000, 12000), Pick(0, 0.3), Pick(0, 0, 0, 0.3), Pick(1500, 5000)),
            Network = network,
            OldBehaviour = DrawBehaviour(),
            NewBehaviour = DrawNewBehaviour(isCalm),
            Equipment = DrawEquipment(network),
            LeftByZdd = zdd,
            Actions = actions,
            Faults = DrawFaults(faults, actions.Length),
        };
    }

    private LoadBalancerShape DrawLoadBalancer(bool hasChecks)
    {
        var waits = hasChecks ? Pick(true, true, false) : Pick(true, false);
        return new LoadBalancerShape(Chance(0.7), hasChecks, waits, Pick(40, 40, 100, 100, 300, 300, 900, 900, 2500), Pick(300, 300, 1000, 1000, 2000));
    }

    private Network DrawNetwork() => new(
        Pick(0, 0.05, 0.2), Pick(0, 0.05, 0.2), Pick(0, 0.1), Pick(0, 0.05), Pick(0, 0.3, 1), Pick(0, 0.3), Pick(0, 0, 0.05), Pick(0, 0.1, 0.4));

    /// <summary>
    /// Sockets only where the statistics are quick: a look that runs out of time while a socket is being proven goes on on another thread, out
    /// of the world's order. The journal is costly, and all runs are alike to it.
    /// </summary>
    private Equipment DrawEquipment(Network network)
    {
        var sockets = Pick<WorkerSource?>(null, null, null, WorkerSource.MasterSocket, WorkerSource.AdminSocket);
        return new Equipment(network.StatsSlow > 0 ? null : sockets, Chance(0.15), seed % 25 == 0);
    }

    private Behaviour DrawBehaviour() => new(Between(100, 500), Pick(Between(20, 250), Between(20, 250), Between(500, 1500)), Between(50, 250), Pick(Between(20, 200), Between(20, 200), Between(300, 2000)));

    private Behaviour DrawNewBehaviour(bool isCalm)
    {
        var behaviour = DrawBehaviour();
        if (isCalm || !Chance(0.12)) return behaviour;
        return Chance(0.5) ? behaviour with { IsBroken = true } : behaviour with { CrashesAfter = Between(200, 1500) };
    }

    private ImmutableArray<UserAction> DrawActions(int instances, bool isHalfWay)
    {
        var actions = ImmutableArray.CreateBuilder<UserAction>();
        actions.Add(DrawAction(isHalfWay ? Pick(ActionKind.Resume, ActionKind.Complete, ActionKind.Undo) : ActionKind.Deploy, instances));
        var more = Pick(0, 0, 0, 1, 2);
        for (var i = 0; i < more; i++)
        {
            actions.Add(DrawAction(Pick(ActionKind.Resume, ActionKind.Resume, ActionKind.Complete, ActionKind.Undo, ActionKind.Undo, ActionKind.Deploy), instances));
        }

        return actions.ToImmutable();
    }

    private UserAction DrawAction(ActionKind kind, int instances)
    {
        var policy = new RolloutPolicy
        {
            InitialInstances = Pick(1, 1, 2),
            Growth = Pick<Growth>(new Growth.ByHalf(), new Growth.ByHalf(), new Growth.Linear(1), new Growth.AllAtOnce()),
            Instances = kind == ActionKind.Deploy && Chance(0.15) ? Math.Max(1, instances + Pick(-1, 1)) : null,
            NewInstances = instances > 1 && kind is ActionKind.Deploy && Chance(0.12) ? 1 : 0,
            HealthTimeout = Between(3000, 6000),
            DrainTimeout = Between(2000, 6000),
            ConvergeTimeout = Between(3000, 6000),
            OnDrainTimeout = Pick(DrainTimeoutAction.Hold, DrainTimeoutAction.Hold, DrainTimeoutAction.Undo, DrainTimeoutAction.Kill),
            OnFailure = Pick(FailureAction.Hold, FailureAction.Hold, FailureAction.Undo),
        };
        var action = Pick(0, 0, 1, 1, 2) switch
        {
            1 => new UserAction(kind, policy, Dies: (Pick(1, 2, 3, 4, 5, 6, 7), Chance(0.5))),
            2 => new UserAction(kind, policy, DiesAfter: Between(100, 5000)),
            _ => new UserAction(kind, policy),
        };
        // On another machine the hold of a driver that was killed has to run out first; some do not wait for that.
        return Chance(0.5) ? action : action with { Host = $"laptop{_random.Next(3)}", WaitsFor = Chance(0.8) ? TimeSpan.FromSeconds(61) : TimeSpan.Zero };
    }

    /// <summary>Faults in any of the actions; often two strike at the same moment.</summary>
    private ImmutableArray<PlannedFault> DrawFaults(int faults, int actions)
    {
        var drawn = Enumerable.Range(0, faults).Select(_ => DrawFault(actions)).ToList();
        if (faults > 1 && Chance(0.3)) drawn[1] = drawn[1] with { At = drawn[0].At, InDrain = drawn[0].InDrain, Action = drawn[0].Action };
        return [.. drawn.OrderBy(f => f.At)];
    }

    private PlannedFault DrawFault(int actions)
    {
        var inDrain = Chance(0.25);
        return new(
            Faults[_random.Next(Faults.Length)], Between(0, inDrain ? 1500 : 6000), Between(200, 3000), _random.Next(1000), inDrain,
            Action: Chance(0.5) ? 0 : _random.Next(actions));
    }

    private T Pick<T>(params ReadOnlySpan<T> choices) => choices[_random.Next(choices.Length)];

    private bool Chance(double probability) => _random.NextDouble() < probability;

    private TimeSpan Between(int fromMs, int toMs) => TimeSpan.FromMilliseconds(_random.Next(fromMs, toMs + 1));
}
