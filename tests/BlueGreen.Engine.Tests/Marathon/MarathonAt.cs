using BlueGreen.Engine.Marathon;
using BlueGreen.Engine.Tests.Session;

namespace BlueGreen.Engine.Tests.Marathon;

/// <summary>A client of one or more servers, quick to try again.</summary>
internal sealed class MarathonAt : IDisposable
{
    private readonly HttpClient _http = new(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    public MarathonAt(params Uri[] addresses)
        : this(addresses, null)
    {
    }

    public MarathonAt(Uri[] addresses, MarathonClientOptions? options, IMarathonAuthenticator? authenticator = null)
    {
        Endpoints = new EndpointSet(addresses);
        Client = new MarathonClient(new MarathonHttp(_http, Endpoints, authenticator ?? NoAuthenticator.Instance, options ?? Quick, Sink, TimeProvider.System));
    }

    public static MarathonClientOptions Quick { get; } = new()
    {
        RequestTimeout = TimeSpan.FromSeconds(10),
        RetryDelay = TimeSpan.FromMilliseconds(1),
        MaxRetryDelay = TimeSpan.FromMilliseconds(20),
        MaxReconnectDelay = TimeSpan.FromMilliseconds(20),
    };

    public MarathonClient Client { get; }

    public EndpointSet Endpoints { get; }

    public RecordingSink Sink { get; } = new();

    public void Dispose() => _http.Dispose();
}
