using System.Net;
using System.Net.Sockets;

namespace BlueGreen.Engine.Haproxy;

/// <summary>One way to learn which load balancer instances there are.</summary>
internal interface ILoadBalancerSource
{
    /// <summary>What it is, as the session names it.</summary>
    string Name { get; }

    /// <summary>Looks again. What was known once is not lost by an outage of whoever is asked.</summary>
    /// <exception cref="BlueGreenException">
    /// Nothing was ever known. To go on without it would mean to go on without knowing what it serves.
    /// </exception>
    Task<ImmutableArray<LoadBalancerAddress>> FindAsync(CancellationToken cancellationToken);
}

/// <summary>Where a load balancer instance is.</summary>
/// <param name="Ip">Its IP address.</param>
/// <param name="Configured">The statistics address that it stands for, which may have a host name, a user and a password.</param>
internal sealed record LoadBalancerAddress(IPAddress Ip, Uri Configured)
{
    /// <summary>Address and port.</summary>
    public string Name { get; } = Ip.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{Ip}]:{Configured.Port}" : $"{Ip}:{Configured.Port}";

    /// <summary>The statistics address, without user and password.</summary>
    public Uri StatsUri => new UriBuilder(Configured.Scheme, Ip.ToString(), Configured.Port, Configured.AbsolutePath).Uri;
}
