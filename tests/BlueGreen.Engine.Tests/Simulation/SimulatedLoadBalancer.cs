using System.Globalization;
using BlueGreen.Engine.Haproxy;

namespace BlueGreen.Engine.Tests.Simulation;

/// <summary>A request on its way: which worker process of which load balancer sent it to which task.</summary>
internal sealed record Request(SimulatedLoadBalancer Through, int Worker, SimulatedTask Task, DateTimeOffset Ends);

/// <summary>
/// marathon-lb in memory: reads Marathon some time after each change, and reloads, which leaves the old worker alive until its
/// last request has ended. Written from the reference, not from the engine's code.
/// </summary>
internal sealed class SimulatedLoadBalancer : ILoadBalancer
{
    private readonly World _world;
    private readonly SimulatedMarathon _marathon;
    private readonly string _group;
    private readonly HashSet<int> _oldWorkers = [];
    private Dictionary<string, bool> _servers = []; // by name: in the pool
    private Dictionary<string, SimulatedTask> _tasks = [];
    private readonly Dictionary<string, DateTimeOffset> _downUntil = [];
    private DateTimeOffset _reloadedAt;
    private bool _reading;
    private int _nextPid;
    private int _worker;

    public SimulatedLoadBalancer(World world, SimulatedMarathon marathon, string group, int number)
    {
        _world = world;
        _marathon = marathon;
        _group = group;
        _nextPid = 100 * number;
        Master = _nextPid++;
        _worker = _nextPid++;
        Instance = new LoadBalancerInstance($"10.0.0.{number}:9090", new Uri($"http://10.0.0.{number}:9090"));
        marathon.Changed += Hear;
    }

    public LoadBalancerInstance Instance { get; }

    public int Master { get; }

    /// <summary>How long it takes to read Marathon and to reload.</summary>
    public TimeSpan Lag { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>A server that comes back into the pool is down until its check has passed.</summary>
    public TimeSpan CheckInterval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>It hears nothing any more, but goes on serving.</summary>
    public bool IsDeaf { get; set; }

    public bool IsUnreachable { get; set; }

    public List<Request> InFlight { get; } = [];

    public int ServingTasks => Serving.Count();

    public int ServingTasksOf(SimulatedApp app) => Serving.Count(name => app.Tasks.Contains(_tasks[name]));

    private IEnumerable<string> Serving =>
        _servers.Where(s => s.Value && _downUntil.GetValueOrDefault(s.Key) <= _world.Now && _tasks[s.Key].State == "TASK_RUNNING").Select(s => s.Key);

    public Task<LoadBalancerReading> ReadAsync(IReadOnlyCollection<string> backends, CancellationToken cancellationToken)
    {
        if (IsUnreachable) return Task.FromResult(new LoadBalancerReading(Instance, _world.Now, ReadingQuality.Unreachable, "connection refused", null, []));
        Sweep();
        var processes = new ProcessSet(_worker, _world.Now - _reloadedAt, [Master, _worker, .. _oldWorkers]) { HasMaster = true };
        return Task.FromResult(new LoadBalancerReading(
            Instance, _world.Now, ReadingQuality.Consistent, null, processes, [.. _servers.Keys.Select(Stat)]));
    }

    /// <summary>One request to every task in the pool.</summary>
    public void Send(Func<TimeSpan> duration)
    {
        foreach (var name in Serving)
        {
            InFlight.Add(new Request(this, _worker, _tasks[name], _world.Now + duration()));
        }
    }

    public void Reload(Dictionary<string, bool> servers, Dictionary<string, SimulatedTask> tasks)
    {
        foreach (var back in servers.Where(s => s.Value && _servers.TryGetValue(s.Key, out var was) && !was)) _downUntil[back.Key] = _world.Now + CheckInterval;
        _oldWorkers.Add(_worker);
        _worker = _nextPid++;
        _reloadedAt = _world.Now;
        (_servers, _tasks) = (servers, tasks);
        Sweep();
    }

    private void Hear()
    {
        if (_reading || IsDeaf) return;
        _reading = true;
        _world.After(Lag, () =>
        {
            _reading = false;
            if (!IsDeaf) ReadMarathon();
        });
    }

    private void ReadMarathon()
    {
        var apps = _marathon.Apps.Values.Where(a => a.Label("HAPROXY_DEPLOYMENT_GROUP") == _group).ToList();
        if ((apps.Count == 2 ? Draining(apps[0], apps[1]) : []) is not { } draining) return;
        var tasks = apps.SelectMany(a => a.Tasks).Where(t => t.State == "TASK_RUNNING")
            .ToDictionary(t => string.Create(CultureInfo.InvariantCulture, $"10_0_6_25_{t.Port}"));
        var servers = tasks.ToDictionary(t => t.Key, t => !draining.Contains(t.Value));
        if (servers.Count != _servers.Count || servers.Any(s => !_servers.TryGetValue(s.Key, out var was) || was != s.Value)) Reload(servers, tasks);
    }

    /// <summary>The rule of marathon-lb's get_apps, its roles by scaling time included.</summary>
    /// <returns>Null where marathon-lb fails for want of a target.</returns>
    private static HashSet<SimulatedTask>? Draining(SimulatedApp first, SimulatedApp second)
    {
        static string Started(SimulatedApp app) => app.Label("HAPROXY_DEPLOYMENT_STARTED_AT") ?? "0";
        var (old, @new) = string.CompareOrdinal(Started(first), Started(second)) < 0 ? (first, second) : (second, first);
        if (@new.Label("HAPROXY_DEPLOYMENT_NEW_INSTANCES") is not null)
        {
            if (old.LastScalingAt > @new.LastScalingAt) (old, @new) = (@new, old);
            if (@new.Label("HAPROXY_DEPLOYMENT_TARGET_INSTANCES") is null) return null;
        }

        var target = int.Parse(@new.Label("HAPROXY_DEPLOYMENT_TARGET_INSTANCES") ?? "1", CultureInfo.InvariantCulture);
        var healthy = second.HasHealthChecks ? @new.Tasks.Count(t => t.Alive == true) : @new.Instances;
        var count = Math.Min(old.Tasks.Count, Math.Min(healthy, Math.Max(0, healthy + old.Instances - target)));
        return [.. old.Tasks.OrderBy(t => t.Id, StringComparer.Ordinal).Take(count)];
    }

    private HaproxyServerStat Stat(string name)
    {
        var (status, state) = !_servers[name] ? ("MAINT", ServerState.Maintenance)
            : _downUntil.GetValueOrDefault(name) > _world.Now ? ("DOWN", ServerState.Down) : ("UP", ServerState.Serving);
        return new HaproxyServerStat
        {
            LoadBalancer = Instance.Name,
            Backend = $"{_group}_10000",
            Server = name,
            Status = status,
            State = state,
            CurrentSessions = InFlight.Count(r => r.Worker == _worker && r.Task == _tasks[name]),
        };
    }

    /// <summary>Requests end, and old workers with them.</summary>
    private void Sweep()
    {
        InFlight.RemoveAll(r => r.Ends <= _world.Now);
        _oldWorkers.RemoveWhere(pid => InFlight.TrueForAll(r => r.Worker != pid));
    }
}
