using BlueGreen.Engine.Deployment;
using BlueGreen.Engine.Deployment.Acting;
using BlueGreen.Engine.Deployment.Deciding;
using BlueGreen.Engine.Deployment.Judging;
using BlueGreen.Engine.Deployment.Observing;
using BlueGreen.Engine.Haproxy;
using BlueGreen.Engine.Marathon;

namespace BlueGreen.Engine.Tests.Deployment;

/// <summary>Tells readings one after the other to a ledger: one task, on one or two load balancers. Times are seconds.</summary>
internal sealed class DrainStory
{
    public const string Backend = "shop_10000";
    public const string Server = "10_0_6_25_31000";
    private const string SecondBackend = "shop_10100";
    private const string SecondServer = "10_0_6_25_31001";

    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly LoadBalancerInstance First = new("lb1", new Uri("http://127.0.0.1:9090"));
    private static readonly LoadBalancerInstance Second = new("lb2", new Uri("http://127.0.0.2:9090"));
    private static readonly MarathonApp App = MarathonApp.Parse(
        """
        { "id": "/shop-blue", "instances": 1, "portDefinitions": [ { "port": 10000 }, { "port": 10100 } ],
          "labels": { "HAPROXY_DEPLOYMENT_GROUP": "shop", "HAPROXY_0_PORT": "10000", "HAPROXY_1_PORT": "10100" },
          "tasks": [ { "id": "t1", "host": "10.0.6.25", "ports": [ 31000, 31001 ], "state": "TASK_RUNNING" } ] }
        """);

    private DrainLedger _ledger = DrainLedger.Empty;
    private Observation _seen = new(Start, Start, [App], []);
    private DateTimeOffset _now;
    private SocketReading _sockets = SocketReading.None;
    private ImmutableArray<PendingOperationsReading> _gauge = [];
    private bool _asksGauge;

    /// <summary>What HAProxy says of its mode.</summary>
    public bool? HasMaster { get; set; } = true;

    /// <summary>The age of the serving process at the first look.</summary>
    public TimeSpan Uptime { get; set; }

    /// <summary>The status of the server of the task's second port; null while no load balancer lists it.</summary>
    public string? SecondPort { get; set; }

    /// <summary>The status on the second load balancer, where it is another than on the first.</summary>
    public string? OnSecond { get; set; }

    /// <summary>Why the gate does not let the task be killed; null when it does.</summary>
    /// <param name="seconds">When that is asked.</param>
    /// <param name="mayCutSessions">Whether the user chose to kill although work may be pending.</param>
    public string? Refusal(double seconds, bool mayCutSessions = false) => KillGate.Refusal(
        new Situation(new Roles("shop", "/shop-blue", "/shop-green"), _seen, _ledger, new RolloutPolicy(), new Goal(1)), App.Tasks, mayCutSessions, Time(seconds));

    public DrainProof Proof => DrainProofs.Of(App.Tasks[0], _seen, _ledger)[0];

    public string? WaitsFor => Proof.WaitsFor;

    public DateTimeOffset Time(double seconds) => Start.AddSeconds(seconds);

    public DrainStory At(double seconds)
    {
        _now = Time(seconds);
        _sockets = SocketReading.None;
        _gauge = [];
        return this;
    }

    /// <summary>A socket tells of a process that no longer serves.</summary>
    /// <param name="pid">The process.</param>
    /// <param name="pending">What it has pending on the task's server.</param>
    /// <param name="connections">Its connections, to any app.</param>
    /// <param name="source">Which socket.</param>
    /// <param name="server">The server, where it is not the task's; null for what waits for any.</param>
    public DrainStory Told(int pid, int pending, int? connections = 1, WorkerSource source = WorkerSource.MasterSocket, string? server = Server)
    {
        var sessions = pending > 0 ? ImmutableArray.Create(new WorkerSessions(Backend, server, pending)) : [];
        _sockets = _sockets with { OldWorkers = _sockets.OldWorkers.Add(new WorkerReading(pid, source, connections, sessions)) };
        return this;
    }

    /// <summary>A master's socket tells which process the master is.</summary>
    public DrainStory ToldMaster(int pid)
    {
        _sockets = _sockets with { Master = pid, HasMaster = true };
        return this;
    }

    /// <summary>The task's own gauge was asked.</summary>
    public DrainStory Gauge(double? count, string? problem = null)
    {
        _gauge = [new PendingOperationsReading("t1", _now, count, problem)];
        return WithGauge();
    }

    /// <summary>The gauge counts from now on.</summary>
    public DrainStory WithGauge()
    {
        _asksGauge = true;
        return this;
    }

    public void Reads(int serving, int[] all, string? status, int sessions = 0, int? otherServing = null)
    {
        var readings = ImmutableArray.Create(Read(First, serving, all, status, sessions) with { Sockets = _sockets });
        Fold(otherServing is { } other ? readings.Add(Read(Second, other, all, OnSecond ?? status, 0)) : readings);
    }

    public void CannotRead(string problem) => Fold([new LoadBalancerReading(First, _now, ReadingQuality.Torn, problem, null, [])]);

    private void Fold(ImmutableArray<LoadBalancerReading> readings)
    {
        _seen = _seen with { At = _now, MarathonAt = _now, LoadBalancers = readings, AsksPendingOperations = _asksGauge, PendingOperations = _gauge };
        _ledger = _ledger.Next(_seen);
    }

    private LoadBalancerReading Read(LoadBalancerInstance instance, int serving, int[] all, string? status, int sessions) =>
        new(instance, _now, ReadingQuality.Consistent, null, new ProcessSet(serving, Uptime, [.. all]) { HasMaster = HasMaster }, [.. Servers(instance, status, sessions)]);

    private IEnumerable<HaproxyServerStat> Servers(LoadBalancerInstance instance, string? status, int sessions)
    {
        if (status is not null) yield return Stat(instance, Backend, Server, status, sessions);
        if (SecondPort is { } second) yield return Stat(instance, SecondBackend, SecondServer, second, 0);
    }

    private static HaproxyServerStat Stat(LoadBalancerInstance instance, string backend, string server, string status, int sessions) => new()
    {
        LoadBalancer = instance.Name,
        Backend = backend,
        Server = server,
        Status = status,
        State = status switch { "UP" => ServerState.Serving, "DRAIN" => ServerState.Drain, "DOWN 1/2" => ServerState.Down, _ => ServerState.Maintenance },
        CheckStatus = status == "DOWN 1/2" ? "L4CON" : null,
        CurrentSessions = sessions,
    };
}
