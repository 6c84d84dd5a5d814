using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using BlueGreen.Engine;
using BlueGreen.Engine.Haproxy;
using BlueGreen.Engine.Marathon;
using BlueGreen.Engine.Session;
using BlueGreen.Lab;

namespace BlueGreen.Session;

/// <summary>A cluster that a runspace works with: one Marathon and the load balancers in front of its apps.</summary>
public sealed class BlueGreenSession
{
    private volatile IReadOnlyList<string> _appIds = [];
    private volatile IReadOnlyList<string> _groups = [];
    private int _closed;

    internal BlueGreenSession(ClusterSession cluster, LabProcess? lab = null)
    {
        Cluster = cluster;
        Lab = lab;
    }

    /// <summary>How it is called in -Session.</summary>
    public string Name => Cluster.Name;

    /// <summary>Addresses of Marathon's instances, or of the gateway in front of it.</summary>
    public Uri[] MarathonUri => [.. Cluster.Options.MarathonUris];

    /// <summary>Addresses of the load balancers' statistics ports, as given: each of their hosts' A records is an instance.</summary>
    public Uri[] MarathonLbUri => [.. Cluster.Options.LoadBalancerUris];

    /// <summary>HAProxy's admin sockets, as given.</summary>
    public IReadOnlyList<string> HaproxySocket => Cluster.Options.HaproxySockets;

    /// <summary>HAProxy's master sockets, as given.</summary>
    public IReadOnlyList<string> HaproxyMasterSocket => Cluster.Options.HaproxyMasterSockets;

    /// <summary>When it was opened.</summary>
    public DateTimeOffset ConnectedAt { get; } = DateTimeOffset.Now;

    /// <summary>False once it was closed.</summary>
    public bool IsOpen => Volatile.Read(ref _closed) == 0;

    /// <summary>True for the cluster of a lab.</summary>
    public bool IsLab => Lab is not null;

    /// <summary>The lab's process; null when it is no lab.</summary>
    public int? LabProcessId => Lab?.Id;

    /// <summary>The folder with the output of the lab's tasks; null when it is no lab.</summary>
    public string? LabSandbox => Lab?.Endpoints.Sandbox;

    internal ClusterSession Cluster { get; }

    internal LabProcess? Lab { get; }

    /// <summary>Ids of apps, as last seen.</summary>
    internal IReadOnlyList<string> KnownAppIds => _appIds;

    /// <summary>Names of deployment groups, as last seen.</summary>
    internal IReadOnlyList<string> KnownGroups => _groups;

    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>The session that a command line under completion is about.</summary>
    internal static BlueGreenSession? ForCompletion(IDictionary boundParameters)
    {
        var state = RunspaceOwned.Of(Runspace.DefaultRunspace);
        return boundParameters["Session"] switch
        {
            BlueGreenSession session => session,
            PSObject { BaseObject: BlueGreenSession session } => session,
            string name => state.Sessions.LastOrDefault(s => string.Equals(s.Name, name, StringComparison.OrdinalIgnoreCase)),
            _ => state.Default,
        };
    }

    /// <summary>Keeps what completion offers.</summary>
    internal void Remember(IReadOnlyCollection<MarathonApp> apps)
    {
        _appIds = [.. _appIds.Union(apps.Select(a => a.Id), StringComparer.Ordinal)];
        _groups = [.. _groups.Union(apps.Select(a => a.DeploymentGroup).OfType<string>(), StringComparer.Ordinal)];
    }

    /// <summary>Drops what completion offered of an app that is gone.</summary>
    internal void Forget(string appId) => _appIds = [.. _appIds.Where(id => id != appId)];

    /// <summary>Reads all load balancers at the same time.</summary>
    /// <param name="backends">Exact names of backends; empty means all.</param>
    /// <param name="token">Ends it.</param>
    /// <exception cref="BlueGreenException"><c>NoLoadBalancer</c>: the session names none.</exception>
    internal async Task<IReadOnlyList<LoadBalancerReading>> ReadLoadBalancersAsync(IReadOnlyCollection<string> backends, CancellationToken token)
    {
        var all = await Cluster.LoadBalancers.DiscoverAsync(token).ConfigureAwait(false);
        if (all.IsEmpty)
        {
            throw new BlueGreenException(
                ErrorKind.InvalidArgument, "NoLoadBalancer", $"The session '{Name}' has no load balancer.",
                "Connect with -MarathonLbUri, such as http://marathon-lb.marathon.mesos:9090.", Name);
        }

        return await Task.WhenAll(all.Select(one => one.ReadAsync(backends, token))).ConfigureAwait(false);
    }

    /// <summary>The error about a load balancer that could not be read.</summary>
    internal static BlueGreenException Unreadable(LoadBalancerReading reading) => new(
        ErrorKind.Unavailable,
        reading.Quality == ReadingQuality.Torn ? "LoadBalancerReloading" : "LoadBalancerUnreachable",
        $"The load balancer {reading.Instance.Name} cannot be read: {reading.Problem}.",
        reading.Quality == ReadingQuality.Torn
            ? "It reloads again and again just now; try again in some seconds."
            : "Check that this is marathon-lb's statistics port (9090 by default) and that it can be reached from here.",
        reading.Instance.Name);

    /// <summary>Lets go of its connections.</summary>
    internal void Close()
    {
        if (Interlocked.Exchange(ref _closed, 1) == 0) Cluster.Dispose();
    }
}
