using System.Net.Sockets;

namespace BlueGreen.Engine.Haproxy;

/// <summary>The load balancer instances behind one address: every A record of its host is one, at the same port.</summary>
internal sealed class DnsSource(Uri configured, HostResolver resolver, IEngineSink sink, TimeProvider time) : ILoadBalancerSource
{
    private readonly string _host = configured.DnsSafeHost;
    private ImmutableArray<LoadBalancerAddress> _last = [];
    private bool _isFailing;

    /// <inheritdoc/>
    public string Name => _host;

    /// <inheritdoc/>
    /// <exception cref="BlueGreenException"><c>LoadBalancerUnresolvable</c>: the host was never resolved.</exception>
    public async Task<ImmutableArray<LoadBalancerAddress>> FindAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            var records = await resolver.ResolveAsync(_host).ConfigureAwait(false);
            _isFailing = false;
            return _last = [.. records.Select(ip => new LoadBalancerAddress(ip, configured))];
        }
        catch (SocketException error)
        {
            if (_last.IsEmpty)
            {
                throw new BlueGreenException(
                    ErrorKind.Unavailable, "LoadBalancerUnresolvable", $"The load balancer host {_host} cannot be resolved: {error.Message}",
                    "Check the name, or give the instances' addresses in -MarathonLbUri.", _host, error);
            }

            // Once an outage of the name service, not at each look.
            if (!_isFailing)
            {
                _isFailing = true;
                sink.Publish(new EngineMessage(
                    time.GetUtcNow(), MessageLevel.Warning,
                    $"The load balancer host {_host} cannot be resolved now ({error.Message}); going on with "
                    + $"{string.Join(", ", _last.Select(a => a.Ip))}. A new instance would not be seen."));
            }

            return _last;
        }
    }
}
