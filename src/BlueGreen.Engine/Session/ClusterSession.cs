using System.Net;
using System.Net.Http.Headers;
using BlueGreen.Engine.Deployment;
using BlueGreen.Engine.Deployment.Journaling;
using BlueGreen.Engine.Haproxy;
using BlueGreen.Engine.Haproxy.Runtime;
using BlueGreen.Engine.Marathon;

namespace BlueGreen.Engine.Session;

/// <summary>A cluster that one is connected to. Safe for several operations at once.</summary>
public sealed class ClusterSession : IDisposable
{
    private static readonly TimeSpan MaxLoadBalancerTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan SocketTimeout = TimeSpan.FromSeconds(2);

    private readonly HttpClient _marathonHttp;
    private readonly HttpClient _loadBalancerHttp;
    private readonly SinkRelay _relay;
    private readonly RuntimeSockets _sockets;
    private readonly SessionTester _tester;
    private readonly int _journalsToKeep;

    private ClusterSession(SessionOptions options, IEngineSink sink, TimeProvider time)
    {
        var endpoints = new EndpointSet(options.MarathonUris);
        Options = options with { MarathonUris = endpoints.All, LoadBalancerUris = [.. options.LoadBalancerUris.Select(Bare)] };
        Time = time;
        _journalsToKeep = JournalFolder.FindKeep(options.JournalKeep);
        Name = options.Name ?? endpoints.Current.Host;
        _relay = new SinkRelay(sink);
        var trust = options.CertificateAuthorityPath is { } path ? CertificateTrust.FromFile(path) : null;
        _marathonHttp = new HttpClient(Handler(options, trust)) { Timeout = Timeout.InfiniteTimeSpan };
        // Instances are reached by their own addresses, which no proxy would know.
        var direct = Handler(options, trust);
        direct.UseProxy = false;
        _loadBalancerHttp = new HttpClient(direct) { Timeout = Timeout.InfiniteTimeSpan };

        var timeout = TimeSpan.FromSeconds(options.TimeoutSeconds);
        var client = new MarathonClient(new MarathonHttp(
            _marathonHttp, endpoints, Authenticator(options, timeout), new MarathonClientOptions { RequestTimeout = timeout }, _relay, time));
        Marathon = client;
        var resolver = new HostResolver(Dns.GetHostAddressesAsync);
        LoadBalancers = new LoadBalancerPool(
            [.. options.LoadBalancerUris.Select(address => Source(address, resolver))],
            (instance, configured) => LoadBalancer(instance, configured, timeout < MaxLoadBalancerTimeout ? timeout : MaxLoadBalancerTimeout),
            _relay, time);
        ImmutableArray<RuntimeAddress> admin = [.. options.HaproxySockets.Select(RuntimeAddress.Parse)];
        ImmutableArray<RuntimeAddress> master = [.. options.HaproxyMasterSockets.Select(RuntimeAddress.Parse)];
        _sockets = new RuntimeSockets(
            admin.Select(IRuntimeSocket (address) => new AdminSocket(address, SocketTimeout, time))
                .Concat(master.Select(IRuntimeSocket (address) => new MasterSocket(address, SocketTimeout, time))),
            _relay, time);
        Servers = new ServerControl(_sockets, LoadBalancers, time);
        Sockets = new SocketTester(admin, master, SocketTimeout, time);
        _tester = new SessionTester(client, endpoints.All, LoadBalancers, Sockets, time);
    }

    /// <summary>The session's name; the host of its first Marathon address when it was given none.</summary>
    public string Name { get; }

    /// <summary>What it was made from, without what the addresses told of user and password. Secrets in it are not shown.</summary>
    public SessionOptions Options { get; }

    /// <summary>The cluster's Marathon.</summary>
    public IMarathon Marathon { get; }

    /// <summary>The cluster's load balancers.</summary>
    public ILoadBalancerPool LoadBalancers { get; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; }

    /// <summary>Changes the load balancers' servers at runtime.</summary>
    public ServerControl Servers { get; }

    /// <summary>Looks at HAProxy's sockets.</summary>
    private SocketTester Sockets { get; }

    /// <summary>Makes a session that goes by the clock of the machine.</summary>
    /// <inheritdoc cref="Create(SessionOptions, IEngineSink, TimeProvider)"/>
    public static ClusterSession Create(SessionOptions options, IEngineSink sink) => Create(options, sink, TimeProvider.System);

    /// <summary>Makes a session. Nothing is asked of the cluster yet: <see cref="TestAsync"/> does.</summary>
    /// <param name="options">Which cluster.</param>
    /// <param name="sink">Hears what no running operation listens to.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="BlueGreenException">An address makes no sense, HAProxy's sockets among them, or a file cannot be read: the authorities', the service account's.</exception>
    public static ClusterSession Create(SessionOptions options, IEngineSink sink, TimeProvider time)
    {
        foreach (var address in options.MarathonUris.Concat(options.LoadBalancerUris.Where(uri => !IsMarathonApp(uri))))
        {
            if (!address.IsAbsoluteUri || address.Scheme is not ("http" or "https"))
            {
                throw new BlueGreenException(
                    ErrorKind.InvalidArgument, "InvalidAddress", $"'{EndpointSet.Shown(address)}' is not a web address.",
                    "Give an address such as http://marathon.mesos:8080.", EndpointSet.Shown(address));
            }
        }

        if (options.TimeoutSeconds <= 0)
        {
            throw new BlueGreenException(
                ErrorKind.InvalidArgument, "InvalidTimeout", $"A time-out of {options.TimeoutSeconds} s makes no sense.",
                "Give a number of seconds above 0.");
        }

        return new ClusterSession(options, sink, time);
    }

    /// <summary>
    /// Lets <paramref name="sink"/> hear what the session does on behalf of this asynchronous flow, and of all that it starts from now
    /// on, until the result is disposed. Operations beside it keep their own listeners.
    /// </summary>
    public IDisposable Listen(IEngineSink sink) => _relay.Use(sink);

    /// <summary>A deployer for this cluster.</summary>
    /// <param name="sink">Hears what is done and why it waits.</param>
    /// <param name="approval">Asked before each change.</param>
    /// <param name="preKill">Called before tasks are killed; null for nothing.</param>
    /// <param name="pendingOperations">The service's own gauge of pending operations; null for none.</param>
    public BlueGreenDeployer CreateDeployer(
        IEngineSink sink, IApproval approval, IPreKillHook? preKill = null, IPendingOperations? pendingOperations = null) =>
        new(Cluster.Real(Marathon, LoadBalancers, Time, sink, approval, preKill) with
        {
            JournalFolder = JournalFolder.Find(Options.JournalPath),
            JournalsToKeep = _journalsToKeep,
            PendingOperations = pendingOperations,
            WatchSockets = _sockets.Watch,
            Mender = Servers,
        });

    /// <summary>A gauge of pending operations that tasks answer with over HTTP, such as <c>/metrics#/pendingOperations</c>.</summary>
    /// <exception cref="BlueGreenException"><c>InvalidPendingOperations</c>.</exception>
    public IPendingOperations CreateGauge(string path) => new HttpPendingOperations(path, _loadBalancerHttp);

    /// <summary>Makes sure that HAProxy's sockets can be used, if the session has any.</summary>
    /// <exception cref="BlueGreenException"><c>HaproxySocketUnreachable</c>, <c>HaproxySocketUnreadable</c>: about the first that cannot.</exception>
    public Task CheckSocketsAsync(CancellationToken cancellationToken) => Sockets.CheckAsync(cancellationToken);

    /// <summary>Looks at every endpoint once. What fails is told in the result, never thrown.</summary>
    public Task<ImmutableArray<SessionCheck>> TestAsync(CancellationToken cancellationToken) => _tester.TestAsync(cancellationToken);

    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>Ends all requests that still run.</summary>
    public void Dispose()
    {
        _sockets.Dispose();
        _marathonHttp.Dispose();
        _loadBalancerHttp.Dispose();
    }

    private static HttpClientHandler Handler(SessionOptions options, CertificateTrust? trust)
    {
        var handler = new HttpClientHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.GZip | DecompressionMethods.Deflate,
            UseCookies = false,
            // .NET Framework would allow two, and the event stream keeps one of them.
            MaxConnectionsPerServer = 32,
        };
        if (options.SkipCertificateCheck) handler.ServerCertificateCustomValidationCallback = (_, _, _, _) => true;
        else if (trust is not null) handler.ServerCertificateCustomValidationCallback = trust.Accepts;
        return handler;
    }

    private static bool IsMarathonApp(Uri address) => address.IsAbsoluteUri && address.Scheme == MarathonAppAddress.Scheme;

    private static Uri Bare(Uri address) => IsMarathonApp(address) ? MarathonAppAddress.Parse(address).Bare : EndpointSet.Bare(address);

    private ILoadBalancerSource Source(Uri address, HostResolver resolver) => IsMarathonApp(address)
        ? new MarathonAppSource(MarathonAppAddress.Parse(address), Marathon, resolver, _relay, Time)
        : new DnsSource(address, resolver, _relay, Time);

    private IMarathonAuthenticator Authenticator(SessionOptions options, TimeSpan timeout)
    {
        var account = options.DcosServiceAccountPath is { } file ? ServiceAccount.FromFile(file)
            : options.DcosServiceAccountJson is { } json ? ServiceAccount.Parse(json.Reveal(), "given as text")
            : null;
        // Half of a request's time: the request that waits for the sign-in has to be sent as well.
        return account is null
            ? CredentialAuthenticator.Of(options)
            : new ServiceAccountAuthenticator(
                new ServiceAccountLogin(_marathonHttp, account, _relay, Time), TimeSpan.FromSeconds(timeout.TotalSeconds / 2), Time);
    }

    private HttpLoadBalancer LoadBalancer(LoadBalancerInstance instance, Uri configured, TimeSpan timeout)
    {
        var host = configured.HostNameType == UriHostNameType.Dns ? configured.Authority : null;
        var authorization = CredentialAuthenticator.FromAddress(configured) is { } header ? AuthenticationHeaderValue.Parse(header) : null;
        return new HttpLoadBalancer(instance, new StatsClient(instance, _loadBalancerHttp, host, authorization), timeout, _relay, Time, _sockets);
    }
}
