using System.Net;
using System.Net.Sockets;

namespace BlueGreen.Engine.Haproxy;

/// <summary>Makes the reader of an instance.</summary>
/// <param name="instance">The instance, by its IP address.</param>
/// <param name="configured">The address in the session that it stands for, with its host name.</param>
internal delegate ILoadBalancer LoadBalancerFactory(LoadBalancerInstance instance, Uri configured);

/// <summary>
/// The load balancer instances behind a list of addresses: every A record of a host is one, at the same port. Where a host has no
/// A record its AAAA records count; with both, only the former, since marathon-lb's statistics listen on IPv4 alone and the same
/// instance would count twice (source: marathon-lb, <c>config.py</c>, <c>bind 0.0.0.0:9090</c>).
/// </summary>
internal sealed class DnsLoadBalancerPool(
    IReadOnlyList<Uri> addresses, Func<string, Task<IPAddress[]>> resolve, LoadBalancerFactory create, IEngineSink sink, TimeProvider time)
    : ILoadBalancerPool
{
    private static readonly TimeSpan KeepFor = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly Dictionary<string, ImmutableArray<IPAddress>> _resolved = [];
    private readonly HashSet<string> _failing = [];
    private readonly Dictionary<string, ILoadBalancer> _known = [];
    private ImmutableArray<ILoadBalancer> _last = [];
    private long? _lastAt;

    /// <inheritdoc/>
    /// <exception cref="BlueGreenException">
    /// <c>LoadBalancerUnresolvable</c>: a host was never resolved. To go on without it would mean to go on without knowing what it serves.
    /// </exception>
    public async Task<ImmutableArray<ILoadBalancer>> DiscoverAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_lastAt is { } at && time.GetElapsedTime(at) < KeepFor) return _last;
            var found = new SortedDictionary<string, ILoadBalancer>(StringComparer.Ordinal);
            foreach (var configured in addresses)
            {
                foreach (var ip in await ResolveAsync(configured.DnsSafeHost, cancellationToken).ConfigureAwait(false))
                {
                    var name = ip.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{ip}]:{configured.Port}" : $"{ip}:{configured.Port}";
                    if (!found.ContainsKey(name)) found.Add(name, Get(name, ip, configured));
                }
            }

            _last = [.. found.Values];
            _lastAt = time.GetTimestamp();
            return _last;
        }
        finally
        {
            _gate.Release();
        }
    }

    private ILoadBalancer Get(string name, IPAddress ip, Uri configured)
    {
        // An instance keeps what it knows of its processes from one discovery to the next.
        if (_known.TryGetValue(name, out var known)) return known;
        var address = new UriBuilder(configured.Scheme, ip.ToString(), configured.Port, configured.AbsolutePath).Uri;
        return _known[name] = create(new LoadBalancerInstance(name, address), configured);
    }

    private async Task<ImmutableArray<IPAddress>> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(host, out var literal)) return [literal];
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            var all = await resolve(host).ConfigureAwait(false);
            var v4 = all.Where(ip => ip.AddressFamily == AddressFamily.InterNetwork).ToArray();
            ImmutableArray<IPAddress> records = [.. (v4.Length > 0 ? v4 : all).Distinct()];
            if (records.IsEmpty) throw new SocketException((int)SocketError.NoData);
            _failing.Remove(host);
            return _resolved[host] = records;
        }
        catch (Exception error) when (error is SocketException or ArgumentException)
        {
            if (!_resolved.TryGetValue(host, out var last))
            {
                throw new BlueGreenException(
                    ErrorKind.Unavailable, "LoadBalancerUnresolvable", $"The load balancer host {host} cannot be resolved: {error.Message}",
                    "Check the name, or give the instances' addresses in -MarathonLbUri.", host, error);
            }

            // Once an outage of the name service, not at each look.
            if (_failing.Add(host))
            {
                sink.Publish(new EngineMessage(
                    time.GetUtcNow(), MessageLevel.Warning,
                    $"The load balancer host {host} cannot be resolved now ({error.Message}); going on with {string.Join(", ", last)}. "
                    + "A new instance would not be seen."));
            }

            return last;
        }
    }
}
