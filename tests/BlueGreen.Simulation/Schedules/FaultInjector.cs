using BlueGreen.Engine;
using BlueGreen.Simulation.Cluster;
using BlueGreen.Simulation.Driving;
using BlueGreen.Simulation.Promises;
using Newtonsoft.Json.Linq;

namespace BlueGreen.Simulation.Schedules;

/// <summary>Lets faults happen, tells the keeper of the promises what each takes away by itself, and ends them all.</summary>
internal sealed class FaultInjector(Estate estate, PromiseKeeper keeper, Action addLoadBalancer, Action<TimeSpan> startSecondDriver, Func<Driver?> driver)
{
    private readonly List<Action> _repairs = [];

    /// <summary>True once all faults have ceased.</summary>
    public bool IsOver { get; private set; }

    public void Plan(PlannedFault fault)
    {
        if (!fault.InDrain)
        {
            estate.World.After(fault.At, () => Strike(fault));
            return;
        }

        var isWaiting = true;
        foreach (var loadBalancer in estate.LoadBalancers) loadBalancer.Changed += () => AtDrain(loadBalancer);

        void AtDrain(SimulatedLoadBalancer loadBalancer)
        {
            if (!isWaiting || !loadBalancer.Serving.Servers.Values.Any(server => server.IsDisabled)) return;
            isWaiting = false;
            estate.World.After(fault.At, () => Strike(fault));
        }
    }

    private void Strike(PlannedFault fault)
    {
        if (IsOver) return;
        estate.Trace.Say("fault", $"{fault.Kind}, {fault.Lasts.TotalSeconds:0.0} s");
        keeper.NoteFault();
        Begin(fault);
    }

    /// <summary>From now on nothing goes wrong any more, and what went wrong is mended.</summary>
    public void Cease()
    {
        IsOver = true;
        estate.Network = Network.Calm;
        estate.Trace.Say("fault", "all faults cease");
        keeper.NoteFault();
        foreach (var repair in _repairs) repair();
        foreach (var loadBalancer in estate.LoadBalancers) loadBalancer.Nudge();
    }

    private void Begin(PlannedFault fault)
    {
        switch (fault.Kind)
        {
            case Fault.FailOver:
                foreach (var loadBalancer in estate.LoadBalancers.Where(lb => lb.Shape.WaitsForHealth)) keeper.Excuse(fault.Lasts, loadBalancer);
                estate.Marathon.FailOver(fault.Lasts);
                break;
            case Fault.Crash when Choose(Tasks(), fault) is { } task:
                estate.Marathon.Crash(task);
                break;
            case Fault.Flap when Choose(Tasks(), fault) is { } task:
                keeper.Excuse(fault.Lasts);
                estate.Marathon.Report(task, false);
                For(fault, () => estate.Marathon.Report(task, task.ReadySince is not null));
                break;
            case Fault.NoRoom:
                estate.Marathon.Room = Tasks().Count + 1;
                For(fault, () => estate.Marathon.Room = int.MaxValue);
                break;
            case Fault.ClockForwards:
                estate.World.ClockError += fault.Lasts * 100;
                break;
            case Fault.ClockBack:
                estate.World.ClockError -= fault.Lasts * 100;
                break;
            case Fault.Added:
                addLoadBalancer();
                break;
            case Fault.SecondDriver:
                startSecondDriver(TimeSpan.Zero);
                break;
            case Fault.StandStill when driver() is { } standing:
                // A machine that sleeps: long enough, or just not, for its hold to run out, which somebody waits for; now, or while its user is asked.
                var time = TimeSpan.FromSeconds(60 + (fault.Which % 60));
                if (fault.Which % 2 == 0) standing.StandsStillUntil = estate.World.Now + time;
                else standing.StandsStillWhenAsked = time;
                startSecondDriver(TimeSpan.FromSeconds(61));
                break;
            case Fault.StrangerScales or Fault.StrangerDeletes or Fault.StrangerJoins or Fault.StrangerRelabels:
                Meddle(fault);
                break;
            default:
                if (Choose(estate.LoadBalancers, fault) is { } chosen) Hit(chosen, fault);
                break;
        }
    }

    private void Hit(SimulatedLoadBalancer loadBalancer, PlannedFault fault)
    {
        estate.Trace.Say("fault", $"hits {loadBalancer.Name}");
        switch (fault.Kind)
        {
            case Fault.Reload:
                loadBalancer.Nudge(reloadInAnyCase: true);
                break;
            case Fault.Restart when !loadBalancer.IsDown:
                keeper.Excuse(fault.Lasts, loadBalancer);
                loadBalancer.Restart(fault.Lasts);
                break;
            case Fault.Deaf:
                loadBalancer.IsDeaf = true;
                For(fault, () =>
                {
                    loadBalancer.IsDeaf = false;
                    loadBalancer.Nudge();
                });
                break;
            case Fault.Unreachable when loadBalancer.UnreachableSince is null:
                loadBalancer.UnreachableSince = estate.World.Now;
                For(fault, () => loadBalancer.UnreachableSince = loadBalancer.IsDown ? loadBalancer.UnreachableSince : null);
                break;
            case Fault.Removed when estate.LoadBalancers.Count > 1:
                estate.LoadBalancers.Remove(loadBalancer);
                loadBalancer.Remove();
                break;
            case Fault.ForeignProcess:
                var pid = loadBalancer.AddForeignProcess();
                For(fault, () => loadBalancer.RemoveForeignProcess(pid));
                break;
            case Fault.SetByHand when Choose(Tasks(), fault) is { App.Ports.Length: > 1 } task:
                loadBalancer.SetByHand(task, fault.Which % task.App.Ports.Length);
                For(fault, () => loadBalancer.SetByHand(task, -1));
                break;
            case Fault.DrainedByHand when Tasks() is { Count: > 0 } tasks:
                // An operator drains the old version on this load balancer's socket, ahead of marathon-lb.
                keeper.Excuse(fault.Lasts, loadBalancer);
                loadBalancer.IsDeaf = fault.Which % 2 == 0;
                foreach (var each in tasks.MinBy(task => task.App.StartedAt, StringComparer.Ordinal)!.App.Tasks) loadBalancer.DrainByHand(each);
                For(fault, () =>
                {
                    loadBalancer.IsDeaf = false;
                    loadBalancer.Nudge(reloadInAnyCase: true);
                });
                break;
            case Fault.OnePortOut when Tasks().Exists(task => task.App.Ports.Length > 1):
                // Somebody drains one backend of the old version by hand, on a load balancer that is behind.
                loadBalancer.IsDeaf = true;
                var old = Tasks().MinBy(task => task.App.StartedAt, StringComparer.Ordinal)!.App;
                foreach (var each in old.Tasks) loadBalancer.SetByHand(each, fault.Which % each.App.Ports.Length);
                if (fault.Which % 3 == 0)
                {
                    // And the other one fails its check there.
                    keeper.Excuse(fault.Lasts, loadBalancer);
                    foreach (var each in old.Tasks) loadBalancer.FailCheck(each, fault.Lasts);
                }

                For(fault, () =>
                {
                    foreach (var each in old.Tasks) loadBalancer.SetByHand(each, -1);
                    loadBalancer.IsDeaf = false;
                    loadBalancer.Nudge();
                });
                break;
        }
    }

    /// <summary>Somebody else changes the group. What follows from it is not the engine's doing.</summary>
    private void Meddle(PlannedFault fault)
    {
        var apps = estate.Marathon.Apps.Values.Where(app => app.Group == Shop.Group).ToList();
        if (Choose(apps, fault) is not { } app) return;
        keeper.Floor = 0;
        try
        {
            switch (fault.Kind)
            {
                case Fault.StrangerScales:
                    estate.Trace.Say("stranger", $"scales {app.Id}");
                    estate.Marathon.Scale([(app.Id, Math.Max(1, app.Instances + (fault.Which % 2 == 0 ? 1 : -1)))], force: true, Author.Stranger);
                    break;
                case Fault.StrangerDeletes when apps.Count > 1:
                    estate.Trace.Say("stranger", $"deletes {app.Id}");
                    estate.Marathon.Delete(app.Id, force: true, Author.Stranger);
                    break;
                case Fault.StrangerRelabels:
                    estate.Trace.Say("stranger", $"changes a label of {app.Id}, which restarts it");
                    estate.Marathon.Update(app.Id, new JObject { ["labels"] = Shop.Relabelled(app, fault.Which) }, force: true, Author.Stranger);
                    break;
                case Fault.StrangerJoins:
                    estate.Trace.Say("stranger", "lets a third app join the group");
                    estate.Marathon.Create(Shop.Third(), Author.Stranger);
                    For(fault, () => estate.Marathon.Delete("/shop-red", force: true, Author.Stranger));
                    break;
            }
        }
        catch (BlueGreenException)
        {
            // There already: strangers are refused like anybody.
        }
    }

    private List<Instance> Tasks() =>
        [.. estate.Marathon.Apps.Values.Where(app => app.Group == Shop.Group).SelectMany(app => app.Tasks).Where(task => task.State == InstanceState.Running)];

    /// <summary>Ends the fault after its time, or when all faults cease.</summary>
    private void For(PlannedFault fault, Action repair)
    {
        var isRepaired = false;
        _repairs.Add(Once);
        estate.World.After(fault.Lasts, Once);

        void Once()
        {
            if (isRepaired) return;
            isRepaired = true;
            keeper.NoteFault();
            repair();
        }
    }

    private static T? Choose<T>(List<T> from, PlannedFault fault)
        where T : class => from.Count == 0 ? null : from[fault.Which % from.Count];
}
