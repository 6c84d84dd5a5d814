using System.Collections.Immutable;
using BlueGreen.Lab.LoadBalancer.Model;

namespace BlueGreen.Lab.LoadBalancer.Services;

/// <summary>Turns Marathon's app list into services with backends: marathon-lb's <c>get_apps</c>.</summary>
/// <param name="healthCheck">Only tasks with an alive health result become backends (<c>--health-check</c>).</param>
/// <param name="strictMode">Services are off unless <c>HAPROXY_{n}_ENABLED</c> is true (<c>--strict-mode</c>).</param>
internal sealed class ServiceBuilder(Func<string, string?> resolve, bool healthCheck = false, bool strictMode = false)
{
    // Running, lost and unreachable tasks, and those in a state not named here, get traffic.
    private static readonly ImmutableHashSet<string> ExcludedStates =
    [
        "TASK_STAGING", "TASK_STARTING", "TASK_KILLING", "TASK_FINISHED", "TASK_FAILED", "TASK_KILLED", "TASK_ERROR",
        "TASK_DROPPED", "TASK_GONE", "TASK_GONE_BY_OPERATOR", "TASK_UNKNOWN",
    ];

    private readonly HealthResultCache _healthResults = new();

    /// <summary>Services that have at least one backend.</summary>
    /// <exception cref="AppListException">An app's labels cannot be read.</exception>
    public ImmutableArray<Service> Build(IEnumerable<MarathonApp> apps)
    {
        var assigner = new ServicePortAssigner();
        return [.. DeploymentGroups.Merge(apps).SelectMany(app => BuildApp(app, assigner)).Where(service => service.Backends.Count > 0)];
    }

    private List<Service> BuildApp(MarathonApp app, ServicePortAssigner assigner)
    {
        var ports = assigner.PortsOf(app);
        var services = new OrderedDictionary<int, Service>();
        for (var index = 0; index < ports.Length; index++)
        {
            if (ports[index] is { } port)
                services[port] = BuildService(app, port, index);
        }

        foreach (var task in app.Tasks.Where(task => IsServing(app, task)))
        {
            if (TaskAddress.Of(app, task, resolve) is not { } address)
                continue;

            // Versions of an app may differ in their number of ports: as many as match are taken.
            foreach (var (taskPort, servicePort) in address.Ports.Zip(ports))
            {
                if (servicePort is { } port)
                    services[port].Backends.Add(new Backend(task.Host, address.Ip, taskPort, task.Draining));
            }
        }

        return [.. services.Values];
    }

    private Service BuildService(MarathonApp app, int port, int index)
    {
        var check = HealthCheckOf(app, index);
        var service = new Service(app.Id, port)
        {
            HealthCheck = check,
            Mode = check?.Protocol == "HTTP" ? "http" : null,
            Enabled = !strictMode,
            Groups = app.Labels.TryGetValue(LabelNames.Group, out var groups) ? [.. groups.Split(',')] : [],
        };
        ServiceLabels.Apply(service, app, index);

        // A service may be judged by the health check of another port of the same app.
        if (service is { HealthCheck: null, HealthCheckPortIndex: { } other } && HealthCheckOf(app, other) is { } borrowed)
        {
            service.HealthCheck = borrowed;
            if (borrowed.Protocol is "HTTP" or "HTTPS" or "MESOS_HTTP" or "MESOS_HTTPS")
                service.Mode = "http";
        }

        return service;
    }

    private static HealthCheck? HealthCheckOf(MarathonApp app, int portIndex) =>
        app.HealthChecks.FirstOrDefault(check => check.Port is not (null or 0) || check.PortIndex == portIndex);

    private bool IsServing(MarathonApp app, MarathonTask task)
    {
        if (task.Host.Length == 0 || (task.State is { } state && ExcludedStates.Contains(state)))
            return false;
        if (!healthCheck || app.HealthChecks.IsEmpty)
            return true;
        if (task.Alive is not { } alive)
            return _healthResults.WasAlive(task.Id);
        _healthResults.Remember(task.Id, alive);
        return alive;
    }
}
