using BlueGreen.Engine.Deployment;
using BlueGreen.Engine.Deployment.Judging;
using BlueGreen.Engine.Deployment.Observing;
using BlueGreen.Engine.Haproxy;
using BlueGreen.Engine.Haproxy.Runtime;
using BlueGreen.Engine.Marathon;
using BlueGreen.Engine.Tests.Session;

namespace BlueGreen.Engine.Tests.Haproxy;

/// <summary>A task behind a real HAProxy, another app beside it, and the ledger that learns from look after look.</summary>
internal sealed class Evidence : IAsyncDisposable
{
    private readonly HttpClient _http = new(new HttpClientHandler { UseProxy = false }) { Timeout = Timeout.InfiniteTimeSpan };
    private readonly TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _releaseOther = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly LoopbackServer _server;
    private readonly int _otherPort = RealHaproxy.FreePort();
    private readonly RuntimeSockets _sockets;
    private readonly IDisposable _watching;
    private readonly HttpLoadBalancer _reader;
    private readonly MarathonApp _app;
    private DrainLedger _ledger = DrainLedger.Empty;
    private Observation _seen = new(default, default, [], []);

    private Evidence(LoopbackServer server, bool hasMaster, Func<RealHaproxy, IEnumerable<IRuntimeSocket>> sockets)
    {
        _server = server;
        Haproxy = new RealHaproxy(Config(""), hasMaster: hasMaster);
        _sockets = new RuntimeSockets(sockets(Haproxy), SilentSink.Instance, TimeProvider.System);
        _watching = _sockets.Watch();
        _reader = new HttpLoadBalancer(
            new LoadBalancerInstance("lb", Haproxy.StatsUri), new StatsClient(new LoadBalancerInstance("lb", Haproxy.StatsUri), _http, null, null), TimeSpan.FromSeconds(5),
            SilentSink.Instance, TimeProvider.System, _sockets);
        _app = MarathonApp.Parse(
            $$"""
            { "id": "/shop-blue", "instances": 1, "portDefinitions": [ { "port": 20000 } ],
              "labels": { "HAPROXY_DEPLOYMENT_GROUP": "shop", "HAPROXY_0_PORT": "20000" },
              "tasks": [ { "id": "t1", "host": "127.0.0.1", "ports": [ {{server.Address.Port}} ], "state": "TASK_RUNNING" } ] }
            """);
    }

    public static async Task<Evidence> StartAsync(Func<RealHaproxy, IEnumerable<IRuntimeSocket>> sockets, bool hasMaster = true)
    {
        Evidence? evidence = null;
        var server = await LoopbackServer.StartAsync(async (http, request) =>
        {
            if (request.PathAndQuery == "/slow") await evidence!._release.Task;
            if (request.PathAndQuery == "/other") await evidence!._releaseOther.Task;
            await http.Text(200, "text/plain", "done");
        });
        evidence = new Evidence(server, hasMaster, sockets);
        await evidence.Haproxy.WaitUntilReadyAsync(TestContext.Current.CancellationToken);
        return evidence;
    }

    public static IRuntimeSocket Admin(RealHaproxy haproxy) => new AdminSocket(RuntimeAddress.Parse(haproxy.AdminSocket), TimeSpan.FromSeconds(2), TimeProvider.System);

    public static IRuntimeSocket Master(RealHaproxy haproxy) => new MasterSocket(RuntimeAddress.Parse(haproxy.MasterSocket), TimeSpan.FromSeconds(2), TimeProvider.System);

    public RealHaproxy Haproxy { get; }

    public DrainProof Proof => DrainProofs.Of(_app.Tasks[0], _seen, _ledger)[0];

    public SocketReading Sockets => _seen.LoadBalancers[0].Sockets;

    public ProcessSet Processes => _seen.LoadBalancers[0].Processes!;

    /// <summary>A request to the task that takes until <see cref="Release"/>.</summary>
    public Task<string> BeginRequest() => _http.GetStringAsync($"http://127.0.0.1:{Haproxy.Frontend}/slow");

    /// <summary>A request to another app that takes until <see cref="ReleaseOther"/>.</summary>
    public Task<string> BeginRequestToOther() => _http.GetStringAsync($"http://127.0.0.1:{_otherPort}/other");

    public void Release() => _release.TrySetResult();

    public void ReleaseOther() => _releaseOther.TrySetResult();

    /// <summary>Takes the task out of the pool, as marathon-lb does.</summary>
    public void Drain() => Haproxy.Reload(Config("disabled"));

    /// <summary>Looks again and again until something holds.</summary>
    public async Task UntilAsync(Func<Evidence, bool> condition, string what)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(40));
        while (true)
        {
            await LookAsync(patience.Token);
            if (_seen.LoadBalancers[0].Quality == ReadingQuality.Consistent && condition(this)) return;
            Assert.False(patience.IsCancellationRequested, $"{what}: {Proof.WaitsFor} {Sockets.Problem}");
            await Task.Delay(50, CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Release();
        ReleaseOther();
        _watching.Dispose();
        _sockets.Dispose();
        Haproxy.Dispose();
        _http.Dispose();
        await _server.DisposeAsync();
    }

    private async Task LookAsync(CancellationToken token)
    {
        LoadBalancerReading reading;
        try
        {
            reading = await _reader.ReadAsync(["shop_20000"], token);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        _seen = new Observation(reading.At, reading.At, [_app], [reading]);
        _ledger = _ledger.Next(_seen);
    }

    private string Config(string task) => $"""
        frontend other_20001
          bind 127.0.0.1:{_otherPort}
          default_backend other_20001
        backend other_20001
          server b 127.0.0.1:{_server.Address.Port}
        backend shop_20000
          server 127_0_0_1_{_server.Address.Port} 127.0.0.1:{_server.Address.Port} {task}
        """;
}
