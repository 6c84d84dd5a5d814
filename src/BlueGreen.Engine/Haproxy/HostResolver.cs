using System.Net;
using System.Net.Sockets;

namespace BlueGreen.Engine.Haproxy;

/// <summary>
/// Resolves host names. Where a host has no A record its AAAA records count; with both, only the former, since marathon-lb's
/// statistics listen on IPv4 alone and the same instance would count twice (source: marathon-lb, <c>config.py</c>, <c>bind 0.0.0.0:9090</c>).
/// </summary>
/// <param name="resolve">Asks the name service.</param>
internal sealed class HostResolver(Func<string, Task<IPAddress[]>> resolve)
{
    /// <exception cref="SocketException">There is no such host, or nobody to ask.</exception>
    public async Task<ImmutableArray<IPAddress>> ResolveAsync(string host)
    {
        if (IPAddress.TryParse(host, out var literal)) return [literal];
        IPAddress[] all;
        try
        {
            all = await resolve(host).ConfigureAwait(false);
        }
        catch (ArgumentException)
        {
            // A name that is too long for any name service.
            throw new SocketException((int)SocketError.HostNotFound);
        }

        var v4 = all.Where(ip => ip.AddressFamily == AddressFamily.InterNetwork).ToArray();
        ImmutableArray<IPAddress> records = [.. (v4.Length > 0 ? v4 : all).Distinct()];
        return records.IsEmpty ? throw new SocketException((int)SocketError.NoData) : records;
    }
}
