using System.Net;
using BlueGreen.Lab.Marathon.Api;
using BlueGreen.Lab.Tasks;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;

namespace BlueGreen.Lab.Marathon;

/// <summary>How the scheduler is set up.</summary>
/// <param name="EndPoint">Where its API listens; port 0 takes a free one.</param>
/// <param name="Agents">The addresses of the cluster's machines.</param>
/// <param name="Sandbox">The folder that holds the tasks' folders.</param>
/// <param name="LabCommand">A shell command prefix that starts this program; tasks see it as <c>BLUEGREEN_LAB</c>.</param>
internal sealed record MarathonOptions(IPEndPoint EndPoint, IReadOnlyList<IPAddress> Agents, string Sandbox, string LabCommand);

/// <summary>The scheduler with its API on the network.</summary>
internal sealed class MarathonServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ProcessTaskRunner _runner;
    private readonly MarathonCluster _cluster;

    private MarathonServer(WebApplication app, ProcessTaskRunner runner, MarathonCluster cluster)
    {
        _app = app;
        _runner = runner;
        _cluster = cluster;
        Uri = new Uri(app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First());
    }

    public Uri Uri { get; }

    /// <exception cref="IOException">The address is taken.</exception>
    public static async Task<MarathonServer> StartAsync(
        MarathonOptions options, ILoggerFactory loggers, TimeProvider time, CancellationToken cancellationToken)
    {
        var environment = new Dictionary<string, string> { ["BLUEGREEN_LAB"] = options.LabCommand };
        var runner = new ProcessTaskRunner(options.Sandbox, environment, time, loggers);
        var cluster = new MarathonCluster(runner, options.Agents, time, loggers);

        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = [] });
        builder.Services.AddSingleton(loggers);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(options.EndPoint);
        });
        // What is still open when the lab ends is event streams and idle connections: nobody is to wait for them.
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(1));
        // The lab decides itself when it ends.
        builder.Services.AddSingleton<IHostLifetime, NoSignals>();
        var app = builder.Build();
        new AppsApi(cluster, time).Map(app);
        new TasksApi(cluster).Map(app);
        new DeploymentsApi(cluster).Map(app);
        new QueueApi(cluster).Map(app);
        new GroupsApi(cluster, time).Map(app);
        new EventsApi(cluster, time, app.Lifetime.ApplicationStopping).Map(app);
        new SystemApi(cluster).Map(app);
        await app.StartAsync(cancellationToken);
        return new MarathonServer(app, runner, cluster);
    }

    public async ValueTask DisposeAsync()
    {
        await _runner.DisposeAsync();
        await _app.StopAsync();
        await _app.DisposeAsync();
        _cluster.Dispose();
    }

    private sealed class NoSignals : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
