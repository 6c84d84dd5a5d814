using System.Collections.Immutable;
using System.Net;

namespace BlueGreen.Lab.LoadBalancer.Config;

/// <summary>What of an instance goes into its configuration, besides the services.</summary>
/// <param name="Groups">Values of <c>HAPROXY_GROUP</c> that this load balancer serves; <c>*</c> is all.</param>
/// <param name="AppIdPort">Port of the frontend that routes by the header <c>X-Marathon-App-Id</c>.</param>
/// <param name="VirtualHosts">Bind ports 80 (and with certificates 443) for virtual hosts.</param>
internal sealed record ConfigSettings(
    IPAddress Address, int StatsPort, int AppIdPort, ImmutableArray<string> Groups, bool VirtualHosts,
    ImmutableArray<string> Certificates, string StatsSocket, bool AdminSocket, string StateDirectory, string LuaFile);
