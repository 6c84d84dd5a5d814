using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace BlueGreen.Lab.LoadBalancer.Services;

/// <summary>IPv4 addresses of task hosts. A found address is kept for good, as marathon-lb does; a miss is asked again.</summary>
internal sealed class HostResolver
{
    private readonly ConcurrentDictionary<string, string> _known = new(StringComparer.Ordinal);

    public string? Resolve(string host)
    {
        if (host.Length == 0)
            return null;
        if (_known.TryGetValue(host, out var known))
            return known;
        if (IPAddress.TryParse(host, out var literal) && literal.AddressFamily == AddressFamily.InterNetwork)
            return host;

        try
        {
            var address = Dns.GetHostAddresses(host, AddressFamily.InterNetwork).FirstOrDefault();
            return address is null ? null : _known.GetOrAdd(host, address.ToString());
        }
        catch (SocketException)
        {
            return null;
        }
    }
}
