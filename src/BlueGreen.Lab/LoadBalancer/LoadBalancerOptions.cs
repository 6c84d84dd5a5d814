using System.Collections.Immutable;
using System.Net;

namespace BlueGreen.Lab.LoadBalancer;

/// <summary>One marathon-lb: a controller and its HAProxy.</summary>
/// <param name="Marathon">Base address of Marathon, with its path prefix if it has one. It need not be up yet.</param>
/// <param name="Address">The address that all frontends and the stats port bind to.</param>
/// <param name="StatsPort">Port of statistics and <c>_haproxy_*</c> pages; 9090 in marathon-lb.</param>
/// <param name="WorkDirectory">Folder for configuration, state and sockets; made if missing. Short: a socket's path has a limit.</param>
/// <param name="AdminSocket">Give HAProxy's socket the level <c>admin</c>.</param>
/// <param name="MasterSocket">Open the master's command line (<c>-S</c>).</param>
internal sealed record LoadBalancerOptions(
    Uri Marathon, IPAddress Address, int StatsPort, string WorkDirectory, bool AdminSocket, bool MasterSocket)
{
    /// <summary><c>--group</c>: values of <c>HAPROXY_GROUP</c> to serve; <c>*</c> is all apps, also those without a group.</summary>
    public ImmutableArray<string> Groups { get; init; } = ["external"];

    /// <summary><c>--health-check</c>: only tasks with an alive health result get traffic.</summary>
    public bool HealthCheck { get; init; }

    /// <summary><c>--strict-mode</c>: only services with <c>HAPROXY_{n}_ENABLED=true</c>.</summary>
    public bool StrictMode { get; init; }

    /// <summary>Port of the frontend that routes by the header <c>X-Marathon-App-Id</c>.</summary>
    public int AppIdPort { get; init; } = 9091;

    /// <summary>Bind port 80 for virtual hosts, and 443 when there are <see cref="Certificates"/>.</summary>
    public bool VirtualHosts { get; init; }

    /// <summary>PEM files for port 443.</summary>
    public ImmutableArray<string> Certificates { get; init; } = [];

    /// <summary>
    /// Run HAProxy as master and workers (<c>-W</c>), as marathon-lb does from 1.12 on. False: as a single process that each
    /// reload replaces by a new one, as before; there is no <see cref="MasterSocket"/> then.
    /// </summary>
    public bool MasterWorker { get; init; } = true;

    /// <summary>The HAProxy program.</summary>
    public string HaproxyProgram { get; init; } = "haproxy";

    /// <summary><c>--reload-interval</c>: a reload that brought no new worker within this time is tried again.</summary>
    public TimeSpan ReloadInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary><c>--max-reload-retries</c>.</summary>
    public int MaxReloadRetries { get; init; } = 10;

    /// <summary><c>--max-backoff</c>: longest pause before Marathon's event stream is opened again.</summary>
    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromSeconds(300);
}
