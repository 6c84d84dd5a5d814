using System.Net;
using BlueGreen.Lab.Marathon.Deployments;
using BlueGreen.Lab.Marathon.Events;
using BlueGreen.Lab.Marathon.Health;
using BlueGreen.Lab.Marathon.Instances;
using BlueGreen.Lab.Marathon.State;
using BlueGreen.Lab.Tasks;

namespace BlueGreen.Lab.Marathon;

/// <summary>The parts of the scheduler, put together. What they hold may be touched on <see cref="Loop"/> only.</summary>
internal sealed class MarathonCluster : IDisposable
{
    private readonly HealthProbe _probe = new();

    public MarathonCluster(ITaskRunner runner, IEnumerable<IPAddress> agents, TimeProvider time, ILoggerFactory loggers)
    {
        Runner = runner;
        Loop = new ClusterLoop(loggers.CreateLogger<ClusterLoop>());
        Events = new EventBus(time);
        Tracker = new InstanceTracker(Loop, Events, time);
        Agents = new AgentPool(agents);
        var delays = new LaunchDelays(time);
        var health = new HealthMonitor(Loop, Tracker, Events, _probe, time);
        Supervisor = new TaskSupervisor(Loop, Tracker, Agents, runner, health, delays, time);
        Queue = new LaunchQueue(
            Loop, Tracker, Agents, Supervisor, delays, id => Groups!.Root.App(id), id => Deployments!.Of(id).Count > 0, time);
        Deployments = new DeploymentManager(
            Loop, new DeploymentRunner(Loop, Tracker, Queue, Supervisor, _probe, Events, time), Events);
        Groups = new GroupManager(Deployments, Events, time);
        health.Unhealthy += Supervisor.Kill;
        Supervisor.Ended += OnEnded;
    }

    public ITaskRunner Runner { get; }

    public ClusterLoop Loop { get; }

    public EventBus Events { get; }

    public InstanceTracker Tracker { get; }

    public AgentPool Agents { get; }

    public TaskSupervisor Supervisor { get; }

    public LaunchQueue Queue { get; }

    public DeploymentManager Deployments { get; }

    public GroupManager Groups { get; }

    /// <summary>Makes the number of instances right again, where no deployment is at it.</summary>
    public void Reconcile(PathId id)
    {
        if (Deployments.Of(id).Count > 0 || Groups.Root.App(id) is not { } app) return;
        foreach (var instance in Scaling.Surplus(Tracker.OfApp(id), [], app)) Supervisor.Decommission(instance);
        Queue.Add(app, Math.Max(0, app.Instances - Tracker.OfApp(id).Count(i => i.Goal == Goal.Running)));
    }

    public void Dispose() => _probe.Dispose();

    private void OnEnded(Instance instance)
    {
        Reconcile(instance.AppId);
        // The ports and resources of the ended task may be what another app waits for.
        Queue.PumpAll();
    }
}
