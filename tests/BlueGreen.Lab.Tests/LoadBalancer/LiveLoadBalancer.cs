using System.Net;
using System.Security.Cryptography;
using BlueGreen.Lab.Demo;
using BlueGreen.Lab.LoadBalancer;
using Microsoft.Extensions.Logging.Abstractions;

namespace BlueGreen.Lab.Tests.LoadBalancer;

/// <summary>A load balancer on real HAProxy at an address of its own, with a Marathon and demo apps of the test.</summary>
internal sealed class LiveLoadBalancer : IAsyncDisposable
{
    public const int ServicePort = 10000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, PooledConnectionLifetime = TimeSpan.Zero });
    private readonly List<DemoServer> _servers = [];
    private readonly TemporaryDirectory _directory = new();
    private LoadBalancerInstance? _instance;

    private LiveLoadBalancer()
    {
    }

    public IPAddress Address { get; } = new([127, .. RandomNumberGenerator.GetBytes(2), (byte)RandomNumberGenerator.GetInt32(1, 255)]);

    public FakeMarathon? Marathon { get; private set; }

    public IPEndPoint MarathonEndpoint => new(Address, 8080);

    public Uri ServiceUri => new($"http://{Address}:{ServicePort}/");

    public LoadBalancerInstance Instance => _instance!;

    public static async Task<LiveLoadBalancer> StartAsync(
        bool withMarathon = true, Func<LoadBalancerOptions, LoadBalancerOptions>? change = null)
    {
        var live = new LiveLoadBalancer();
        try
        {
            if (withMarathon)
                await live.StartMarathonAsync();
            var options = new LoadBalancerOptions(
                new Uri($"http://{live.MarathonEndpoint}"), live.Address, 9090, live._directory.Path, AdminSocket: true, MasterSocket: true)
            {
                MaxBackoff = TimeSpan.FromMilliseconds(300),
            };
            live._instance = await LoadBalancerInstance.StartAsync(
                change?.Invoke(options) ?? options, NullLoggerFactory.Instance, TimeProvider.System, Cancellation);
            if (withMarathon)
                await Until(() => Task.FromResult(live.Marathon!.Listeners == 1), "the event stream is open");
            return live;
        }
        catch
        {
            await live.DisposeAsync();
            throw;
        }
    }

    public async Task StartMarathonAsync() => Marathon = await FakeMarathon.StartAsync(MarathonEndpoint);

    /// <summary>Starts a demo app and gives its port.</summary>
    public async Task<int> ServeAsync(string version)
    {
        var server = await DemoServer.StartAsync(new ServeOptions { Version = version, Port = 0 }, TimeProvider.System, Cancellation);
        _servers.Add(server);
        return server.Uri.Port;
    }

    public Task<string> GetAsync(string path) => _http.GetStringAsync(new Uri(Instance.StatsUri, path), Cancellation);

    public Task<HttpResponseMessage> GetServiceAsync(string path) => _http.GetAsync(new Uri(ServiceUri, path), Cancellation);

    public async Task<int[]> PidsAsync() => [.. (await GetAsync("_haproxy_getpids")).Split(' ').Select(int.Parse)];

    /// <summary>Status of each server of a backend, by name.</summary>
    public async Task<Dictionary<string, string>> StatusAsync(string backend) => (await RowsAsync())
        .Where(row => row["# pxname"] == backend && row["svname"] is not ("FRONTEND" or "BACKEND"))
        .ToDictionary(row => row["svname"], row => row["status"]);

    public async Task<List<Dictionary<string, string>>> RowsAsync()
    {
        var lines = (await GetAsync("haproxy?stats;csv")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var names = lines[0].TrimEnd(',').Split(',');
        return [.. lines.Skip(1).Select(line => names.Zip(line.Split(',')).DistinctBy(pair => pair.First).ToDictionary(p => p.First, p => p.Second))];
    }

    /// <summary>Waits until the backend's servers have these statuses.</summary>
    public Task UntilStatusAsync(string backend, params (string Server, string Status)[] wanted) => Until(
        async () =>
        {
            var status = await StatusAsync(backend);
            return status.Count == wanted.Length && wanted.All(w => status.GetValueOrDefault(w.Server) == w.Status);
        },
        string.Join(", ", wanted));

    public static string ServerAt(int port) => $"127_0_0_1_{port}";

    public static async Task Until(Func<Task<bool>> condition, string what)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!await condition())
        {
            Assert.False(limit.IsCancellationRequested, $"After {Patience.TotalSeconds} s still not: {what}");
            await Task.Delay(25, Cancellation);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_instance is not null)
            await _instance.DisposeAsync();
        if (Marathon is not null)
            await Marathon.DisposeAsync();
        foreach (var server in _servers)
            await server.DisposeAsync();
        _http.Dispose();
        _directory.Dispose();
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;
}
