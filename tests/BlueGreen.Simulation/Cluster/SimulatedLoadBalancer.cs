using BlueGreen.Engine.Haproxy;

namespace BlueGreen.Simulation.Cluster;

/// <summary>How one marathon-lb is set up.</summary>
/// <param name="HasMaster">HAProxy runs in master-worker mode.</param>
/// <param name="HasChecks">Servers have a check of HAProxy's own.</param>
/// <param name="WaitsForHealth">Run with <c>--health-check</c>: lists a task only once it has a good health result.</param>
/// <param name="LagMs">The longest time until it reads Marathon after a change.</param>
/// <param name="CheckMs">How often HAProxy checks a server.</param>
internal sealed record LoadBalancerShape(bool HasMaster, bool HasChecks, bool WaitsForHealth, int LagMs, int CheckMs);

/// <summary>What clients do.</summary>
/// <param name="LongestMs">The longest request.</param>
/// <param name="KeepAlive">How likely a client goes on for a second on a connection of an old worker.</param>
/// <param name="Others">How likely another app has a connection that outlives a reload.</param>
/// <param name="OthersMs">How long such a connection lives.</param>
internal sealed record Traffic(int LongestMs, double KeepAlive, double Others, int OthersMs);

/// <summary>
/// marathon-lb and its HAProxy in memory: reads Marathon some time after a change, decides by its own rule who is drained, and reloads,
/// which leaves the old worker alive until its last session has ended. Written from marathon-lb's source and from what was measured on
/// real ones; nothing of it is shared with the engine.
/// </summary>
internal sealed class SimulatedLoadBalancer
{
    private readonly World _world;
    private readonly SimulatedMarathon _marathon;
    private readonly PidSpace _pids;
    private readonly Trace _trace;
    private readonly List<Worker> _old = [];
    private int? _master;
    private bool _isReading;
    private bool _hasNews;

    public SimulatedLoadBalancer(World world, SimulatedMarathon marathon, PidSpace pids, LoadBalancerShape shape, Traffic traffic, int number, Trace trace)
    {
        (_world, _marathon, _pids, Shape, Traffic, _trace) = (world, marathon, pids, shape, traffic, trace);
        Instance = new LoadBalancerInstance($"10.0.0.{number}:9090", new Uri($"http://10.0.0.{number}:9090"));
        Name = $"lb{number}";
        AppearedAt = world.Now;
        _pids.Join(this);
        Serving = Begin();
        marathon.Changed += Hear;
        marathon.Ended += Forget;
    }

    public LoadBalancerInstance Instance { get; }

    public string Name { get; }

    public LoadBalancerShape Shape { get; set; }

    public Traffic Traffic { get; set; }

    public TimeSpan AppearedAt { get; }

    /// <summary>The worker that takes new connections.</summary>
    public Worker Serving { get; private set; }

    /// <summary>The worker that still answers for a moment although a new one is there already.</summary>
    public Worker Answering { get; private set; } = null!;

    /// <summary>The master's process; null without one.</summary>
    public int? Master => _master;

    /// <summary>The workers from before the last reload that are still there.</summary>
    public IReadOnlyList<Worker> OldWorkers
    {
        get
        {
            if (_old.Count > 0) _old.RemoveAll(worker => worker != Answering && worker.EndsAt <= _world.Now);
            return _old;
        }
    }

    public ServingProcess ServingProcess => new(Answering.Pid, _world.Now - Answering.StartedAt, "2.6.12");

    /// <summary>It hears nothing any more, but goes on serving.</summary>
    public bool IsDeaf { get; set; }

    /// <summary>The statistics port cannot be reached; clients can reach theirs.</summary>
    public TimeSpan? UnreachableSince { get; set; }

    public bool IsUnreachable
    {
        get => UnreachableSince is not null;
        set => UnreachableSince = value ? UnreachableSince ?? _world.Now : null;
    }

    /// <summary>It is being restarted, and serves nobody.</summary>
    public bool IsDown { get; private set; }

    public bool IsRemoved { get; private set; }

    /// <summary>Something has changed that a client or a reader may notice.</summary>
    public event Action? Changed;

    /// <summary>Adds its own processes to a list.</summary>
    public void List(List<int> pids)
    {
        if (_master is { } master) pids.Add(master);
        pids.Add(Serving.Pid);
        foreach (var worker in OldWorkers) pids.Add(worker.Pid);
    }

    public ImmutableSortedSet<int> Pids => _pids.ListedBy(this);

    public bool HasStuckServers => Serving.Servers.Values.Any(server => server is { IsStuck: true, IsDisabled: false });

    /// <summary>How many tasks of a group take requests here.</summary>
    public int CountServing(string group)
    {
        if (IsDown || IsRemoved) return 0;
        var count = 0;
        foreach (var (task, server) in Serving.Servers)
        {
            if (task.App.Group == group && server.TakesRequests(task, _world.Now)) count++;
        }

        return count;
    }

    public int CountServing(SimulatedApp app) => IsDown || IsRemoved ? 0 : Serving.Servers.Count(s => s.Key.App == app && s.Value.TakesRequests(s.Key, _world.Now));

    /// <summary>The task's server as the serving worker has it; null when it is not listed.</summary>
    public Server? Find(Instance task) => IsDown ? null : Serving.Servers.GetValueOrDefault(task);

    /// <summary>The worker through which a request is on its way to the task; null when there is none.</summary>
    public Worker? FindRequest(Instance task)
    {
        if (IsDown) return null;
        if (Serving.Servers.TryGetValue(task, out var server) && (server.TakesRequests(task, _world.Now) || server.IsTiedUp(_world.Now))) return Serving;
        foreach (var worker in _old)
        {
            if (worker.Servers.TryGetValue(task, out var old) && old.IsTiedUp(_world.Now)) return worker;
        }

        return null;
    }

    /// <summary>The servers of a backend, as the worker that answers tells of them.</summary>
    public ImmutableArray<HaproxyServerStat> Read(string? backend)
    {
        var rows = ImmutableArray.CreateBuilder<HaproxyServerStat>(Answering.Servers.Count);
        foreach (var (task, server) in Answering.Servers)
        {
            for (var index = 0; index < task.App.Backends.Length; index++)
            {
                if (backend is null || task.App.Backends[index] == backend) rows.Add(Row(task, server, index));
            }
        }

        return rows.DrainToImmutable();
    }

    /// <summary>Master and workers are new, and every session is gone.</summary>
    public void Restart(TimeSpan outage)
    {
        _trace.Say(Name, $"restarts, {outage.TotalSeconds:0.0} s");
        IsDown = true;
        UnreachableSince ??= _world.Now;
        _old.Clear();
        Changed?.Invoke();
        _world.After(outage, () =>
        {
            IsDown = false;
            UnreachableSince = null;
            Serving = Begin();
            Changed?.Invoke();
        });
    }

    /// <summary>Taken away; its clients go elsewhere once they have finished.</summary>
    public void Remove()
    {
        IsRemoved = true;
        _pids.Leave(this);
        _marathon.Changed -= Hear;
        _marathon.Ended -= Forget;
        Changed?.Invoke();
    }

    /// <summary>Somebody tells it to read again, or it reloads for another app's sake.</summary>
    public void Nudge(bool reloadInAnyCase = false)
    {
        if (IsDown || IsRemoved || IsDeaf) return;
        if (reloadInAnyCase && _marathon.HasLeader && Configure() is { } config) Reload(config);
        else Hear();
    }

    /// <summary>A HAProxy of somebody else's starts where this one's processes are listed.</summary>
    public int AddForeignProcess() => _pids.AddForeign();

    public void RemoveForeignProcess(int pid) => _pids.RemoveForeign(pid);

    /// <summary>Somebody takes a task out of the pool and puts it back: it is down until its check has passed.</summary>
    public void TakeOutAndPutBack(Instance task)
    {
        var config = Serving.Servers.ToDictionary(s => s.Key, s => s.Value.IsDisabled);
        Reload(new Dictionary<Instance, bool>(config) { [task] = true });
        Reload(config);
    }

    /// <summary>One port of a task is put into maintenance by hand; the next reload knows nothing of it.</summary>
    public void SetByHand(Instance task, int index)
    {
        if (Serving.Servers.TryGetValue(task, out var server)) server.SetByHand = index;
    }

    /// <summary>All ports of a task are drained by hand; the next reload knows nothing of it.</summary>
    public void DrainByHand(Instance task)
    {
        if (!Serving.Servers.TryGetValue(task, out var server) || server.IsDisabled) return;
        if (server.TakesRequests(task, _world.Now)) server.BusyUntil = _world.Now + _world.Between(0, Traffic.LongestMs);
        server.IsDrainedByHand = true;
        Changed?.Invoke();
    }

    /// <summary>HAProxy's own check of a task fails for some time, although Marathon's passes.</summary>
    public void FailCheck(Instance task, TimeSpan time)
    {
        if (Shape.HasChecks && Serving.Servers.TryGetValue(task, out var server)) server.UpFrom = _world.Now + time;
    }

    private void Hear()
    {
        _hasNews = true;
        if (_isReading || IsDeaf || IsDown) return;
        _isReading = true;
        _world.After(_world.Between(20, Shape.LagMs), () =>
        {
            _hasNews = !_marathon.HasLeader;
            // Its connection is broken: it tries until it has one again.
            if (IsDeaf || IsDown || IsRemoved || !_marathon.HasLeader || Configure() is not { } config || IsAsServed(config))
            {
                Rest();
                return;
            }

            // What was read is written a moment later, when it may not be true any more. Only then it reads again.
            _world.After(_world.Between(5, 60), () =>
            {
                if (!IsDown && !IsRemoved) Reload(config);
                Rest();
            });
        });
    }

    private void Rest()
    {
        _isReading = false;
        if (_hasNews && !IsRemoved) Hear();
    }

    private bool IsAsServed(Dictionary<Instance, bool> config)
    {
        if (config.Count != Serving.Servers.Count) return false;
        foreach (var (task, isDisabled) in config)
        {
            if (!Serving.Servers.TryGetValue(task, out var server) || server.IsDisabled != isDisabled) return false;
        }

        return true;
    }

    /// <summary>Which tasks are listed, and whether disabled; null where marathon-lb fails.</summary>
    private Dictionary<Instance, bool>? Configure()
    {
        var config = new Dictionary<Instance, bool>();
        foreach (var group in _marathon.Apps.Values.GroupBy(app => app.Group ?? app.Id))
        {
            var apps = group.ToList();
            HashSet<Instance>? drained = null;
            if (apps.Count > 1 && (drained = MarathonLbRule.Drained(apps[0], apps[1])) is null) return null;
            foreach (var task in apps.SelectMany(app => app.Tasks))
            {
                if (task.State != InstanceState.Running || (Shape.WaitsForHealth && task.App.HasHealthChecks && task.Alive is not true)) continue;
                config.Add(task, drained?.Contains(task) == true);
            }
        }

        return config;
    }

    private Worker Begin()
    {
        _master = Shape.HasMaster ? _pids.Next() : null;
        var config = Configure() ?? [];
        var servers = config.ToDictionary(c => c.Key, c => new Server(c.Value) { Since = _world.Now });
        return Answering = new Worker(_pids.Next(), _world.Now, servers);
    }

    private void Reload(Dictionary<Instance, bool> config)
    {
        var now = _world.Now;
        var servers = config.ToDictionary(c => c.Key, c => Load(c.Key, c.Value));
        var before = Serving;
        LeaveSessions(before);
        _old.Add(before);
        Serving = new Worker(_pids.Next(), now, servers);
        _trace.Say(Name, $"reloads: {before.Pid} to {Serving.Pid}, {servers.Count(s => !s.Value.IsDisabled)} in, {servers.Count(s => s.Value.IsDisabled)} out; old ones until {string.Join(" ", _old.Select(w => $"{w.Pid}:{w.EndsAt.TotalSeconds:0.0}"))}");
        // For a moment the old one can still take a connection.
        _world.After(_world.Between(0, 40), () => Answering = Serving);
        foreach (var due in servers.Values.Select(s => s.UpFrom).Where(t => t > now).Distinct()) _world.At(due, () => Changed?.Invoke());
        Changed?.Invoke();
    }

    /// <summary>The old worker keeps what it has, and on kept connections it may get some more for a second.</summary>
    private void LeaveSessions(Worker worker)
    {
        var now = _world.Now;
        foreach (var (task, server) in worker.Servers)
        {
            if (server.IsDisabled || server.IsStuck || task.State != InstanceState.Running) continue;
            if (server.TakesRequests(task, now) && _world.Chance(0.7)) Keep(server, now + _world.Between(0, Traffic.LongestMs));
            // A connection that is kept leads to other servers once this one is drained.
            if (!_world.Chance(Traffic.KeepAlive) || server.IsDrainedByHand) continue;
            var from = now + _world.Between(0, 1000);
            server.Late = (from, from + _world.Between(0, Traffic.LongestMs));
        }

        if (_world.Chance(Traffic.Others)) worker.OthersEndAt = now + TimeSpan.FromMilliseconds(Traffic.OthersMs);

        static void Keep(Server server, TimeSpan until)
        {
            if (until > server.BusyUntil) server.BusyUntil = until;
        }
    }

    /// <summary>A server of the new worker, with the state that the old one has left of it.</summary>
    private Server Load(Instance task, bool isDisabled)
    {
        var now = _world.Now;
        if (!Serving.Servers.TryGetValue(task, out var old))
        {
            // With a check, but listed before it answers, it is down at first.
            var up = Shape.HasChecks && task.ReadySince is null ? now + TimeSpan.FromMilliseconds(Shape.CheckMs) : now;
            return new Server(isDisabled) { Since = now, UpFrom = up };
        }

        var since = old.IsDisabled == isDisabled ? old.Since : now;
        var comesBack = old.IsDisabled && !isDisabled;
        return new Server(isDisabled)
        {
            Since = since,
            IsStuck = old.IsStuck || (comesBack && !Shape.HasChecks),
            UpFrom = comesBack ? now + TimeSpan.FromMilliseconds(Shape.CheckMs) : old.UpFrom,
        };
    }

    /// <summary>All that was on its way to a task that has ended is over.</summary>
    private void Forget(Instance task)
    {
        foreach (var worker in _old.Append(Serving))
        {
            if (worker.Servers.TryGetValue(task, out var server)) (server.BusyUntil, server.Late) = (default, null);
        }
    }

    private HaproxyServerStat Row(Instance task, Server server, int index)
    {
        var now = _world.Now;
        var takes = server.TakesRequests(task, now);
        var (status, state) =
            server.IsDisabled || server.SetByHand == index ? ("MAINT", ServerState.Maintenance)
            : server.IsDrainedByHand ? ("DRAIN", ServerState.Drain)
            : server.IsStuck || server.UpFrom > now || (Shape.HasChecks && task.ReadySince is null) ? ("DOWN", ServerState.Down)
            : Shape.HasChecks ? ("UP", ServerState.Serving) : ("no check", ServerState.Serving);
        return new HaproxyServerStat
        {
            LoadBalancer = Instance.Name,
            Backend = task.App.Backends[index],
            Server = task.ServerNames[index],
            Status = status,
            State = state,
            IsStopped = state == ServerState.Down && !Shape.HasChecks,
            CurrentSessions = server.IsBusy(now) ? 1 : takes ? _world.Random.Next(3) : 0,
            TotalSessions = takes ? 1 : 0,
        };
    }
}
