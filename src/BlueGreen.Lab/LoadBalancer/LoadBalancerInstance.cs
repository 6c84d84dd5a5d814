using BlueGreen.Lab.LoadBalancer.Config;
using BlueGreen.Lab.LoadBalancer.Haproxy;
using BlueGreen.Lab.LoadBalancer.Services;
using BlueGreen.Lab.LoadBalancer.Updates;

namespace BlueGreen.Lab.LoadBalancer;

/// <summary>
/// A marathon-lb: it knows Marathon by HTTP only, and drives a real HAProxy of its own. Disposing ends that HAProxy with
/// all its workers; connections that are still open are cut. Not covered of the genuine one: several Marathon addresses,
/// sign-in, polling instead of events, HAProxy maps, grouping of HTTPS by virtual host, templates from files.
/// </summary>
internal sealed class LoadBalancerInstance : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly MarathonClient _marathon;
    private readonly HaproxyService _haproxy;
    private readonly ControlSocket _control;
    private readonly Task _running;
    private int _disposed;

    private LoadBalancerInstance(
        LoadBalancerOptions options, HaproxyPaths paths, MarathonClient marathon, HaproxyService haproxy,
        Configurator configurator, TimeProvider time, ILogger logger)
    {
        _marathon = marathon;
        _haproxy = haproxy;
        StatsUri = new Uri($"http://{options.Address}:{options.StatsPort}/");
        AdminSocket = options.AdminSocket ? paths.StatsSocket : null;
        MasterSocket = options.MasterSocket ? paths.MasterSocket : null;

        var updates = new UpdateLoop(configurator.UpdateAsync, configurator.ReloadAsync, time, logger);
        var listener = new EventListener(marathon, updates, options.MaxBackoff, time, logger);
        _control = new ControlSocket(paths.ControlSocket, request => Handle(request, updates, paths));
        _running = Task.WhenAll(updates.RunAsync(_stopping.Token), listener.RunAsync(_stopping.Token));
    }

    /// <summary>The stats port's root, as given to clients for "the marathon-lb URL".</summary>
    public Uri StatsUri { get; }

    /// <summary>Path of HAProxy's socket of level admin; null when it was not asked for.</summary>
    public string? AdminSocket { get; }

    /// <summary>Path of the master's command line; null when it was not asked for.</summary>
    public string? MasterSocket { get; }

    /// <summary>Starts HAProxy without services and returns as soon as its stats port answers; services follow by themselves.</summary>
    /// <exception cref="InvalidOperationException">HAProxy is not installed or does not start.</exception>
    /// <exception cref="ArgumentException">The work directory cannot hold sockets, or no group is given.</exception>
    public static async Task<LoadBalancerInstance> StartAsync(
        LoadBalancerOptions options, ILoggerFactory loggers, TimeProvider time, CancellationToken cancellation)
    {
        if (options is { MasterSocket: true, MasterWorker: false })
            throw new ArgumentException("A master socket needs master-worker mode.", nameof(options));
        if (options.Groups.IsDefaultOrEmpty)
            throw new ArgumentException("A load balancer needs at least one group to serve; '*' is all.", nameof(options));

        var logger = loggers.CreateLogger($"marathon-lb {options.Address}");
        var paths = new HaproxyPaths(Path.GetFullPath(options.WorkDirectory));
        paths.Prepare();
        var settings = new ConfigSettings(
            options.Address, options.StatsPort, options.AppIdPort, options.Groups, options.VirtualHosts,
            options.Certificates, paths.StatsSocket, options.AdminSocket, paths.StateDirectory, paths.Lua);
        await File.WriteAllTextAsync(paths.Config, ConfigWriter.Write(settings, []), cancellation);

        var program = new HaproxyProgram(options, paths, logger);
        var haproxy = await HaproxyService.StartAsync(program, paths, options, logger, time, cancellation);
        var marathon = new MarathonClient(options.Marathon);
        var resolver = new HostResolver();
        var services = new ServiceBuilder(resolver.Resolve, options.HealthCheck, options.StrictMode);
        var configurator = new Configurator(marathon, services, settings, paths, program, haproxy, logger);
        try
        {
            return new LoadBalancerInstance(options, paths, marathon, haproxy, configurator, time, logger);
        }
        catch
        {
            marathon.Dispose();
            await haproxy.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
            return;
        await _stopping.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _control.DisposeAsync();
        await _haproxy.DisposeAsync();
        _marathon.Dispose();
        _stopping.Dispose();
    }

    private static string? Handle(string request, UpdateLoop updates, HaproxyPaths paths)
    {
        switch (request)
        {
            case "hup":
                updates.RequestUpdate();
                return "ok";
            case "usr1":
                updates.RequestReload();
                return "ok";
            case "pids":
                return string.Join(' ', ProcFs.StartedWith(paths.Config).OrderDescending());
            default:
                return null;
        }
    }
}
