using System.Net;
using BlueGreen.Engine.Haproxy.Runtime;

namespace BlueGreen.Engine.Haproxy;

/// <summary>What HAProxy is told to do with a server at runtime.</summary>
public enum ServerTarget
{
    /// <summary>In the pool.</summary>
    Ready,

    /// <summary>Out of the pool, but for clients that a cookie binds to it.</summary>
    Drain,

    /// <summary>Out of the pool, checks stopped.</summary>
    Maint,
}

/// <summary>
/// Changes servers of the load balancers at runtime, by HAProxy's admin sockets, and reads each change back. A state and a weight outlive
/// reloads, since marathon-lb saves and loads what its servers' are; servers that were added or removed do not. Source: HAProxy's management
/// guide, "Unix Socket commands"; the rest was tried on HAProxy 2.6.
/// </summary>
public sealed class ServerControl : IServerMender
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    /// <summary>A socket is told from others' by a few looks.</summary>
    private const int Looks = 5;

    private static readonly HaproxyVersion AddsServers = new(2, 6);

    private readonly RuntimeSockets _sockets;
    private readonly ILoadBalancerPool _loadBalancers;
    private readonly TimeProvider _time;

    internal ServerControl(RuntimeSockets sockets, ILoadBalancerPool loadBalancers, TimeProvider time) =>
        (_sockets, _loadBalancers, _time) = (sockets, loadBalancers, time);

    /// <summary>Changes the state of a server, its weight, or both.</summary>
    /// <param name="server">The server, as its load balancer told of it.</param>
    /// <param name="target">The state; null leaves it.</param>
    /// <param name="weight">The weight, 0 to 256; null leaves it.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <returns>The server as it is afterwards.</returns>
    /// <exception cref="BlueGreenException">There is no socket for it, or HAProxy refuses.</exception>
    public async Task<HaproxyServerStat> SetAsync(HaproxyServerStat server, ServerTarget? target, int? weight, CancellationToken cancellationToken)
    {
        using var line = await ConnectAsync(server.LoadBalancer, server.Backend, cancellationToken).ConfigureAwait(false);
        var name = server.FullName;
        if (weight is { } number) await line.TellAsync($"set server {name} weight {number}", cancellationToken).ConfigureAwait(false);
        if (target is null) return await ReadAsync().ConfigureAwait(false);

        await line.TellAsync($"set server {name} state {target.Value.ToString().ToLowerInvariant()}", cancellationToken).ConfigureAwait(false);
        var after = await ReadAsync().ConfigureAwait(false);
        if (target == ServerTarget.Ready && after is { State: ServerState.Down, CheckStatus: null })
        {
            // Without a check a server that was saved as stopped stays down for good: nothing would ever find it healthy.
            await line.TellAsync($"set server {name} health up", cancellationToken).ConfigureAwait(false);
            after = await ReadAsync().ConfigureAwait(false);
        }

        var isThere = target switch
        {
            ServerTarget.Ready => !after.IsOutOfPool,
            ServerTarget.Drain => after.State == ServerState.Drain,
            _ => after.State == ServerState.Maintenance,
        };
        return isThere ? after : throw NotSeen(after);

        async Task<HaproxyServerStat> ReadAsync() =>
            await line.ReadAsync(server.Backend, server.Server, cancellationToken).ConfigureAwait(false) with { AppId = server.AppId, TaskId = server.TaskId };
    }

    /// <inheritdoc/>
    Task IServerMender.MendAsync(IdleServer server, CancellationToken cancellationToken) =>
        // One that was taken out since the last look was taken out on purpose.
        BringUpAsync(server, isDue: now => now.IsStopped, ["health up"], cancellationToken);

    /// <inheritdoc/>
    Task IServerMender.RecallAsync(IdleServer server, CancellationToken cancellationToken) =>
        // Ready alone it stays down until its next check has passed, or for good when it has none.
        BringUpAsync(server, isDue: now => now.IsOutOfPool || now.IsStopped, ["state ready", "health up"], cancellationToken);

    private async Task BringUpAsync(IdleServer server, Func<HaproxyServerStat, bool> isDue, string[] words, CancellationToken cancellationToken)
    {
        using var line = await ConnectAsync(server.LoadBalancer, server.Backend, cancellationToken).ConfigureAwait(false);
        // A reload since the last look may have made another server of it.
        var now = await line.ReadAsync(server.Backend, server.Server, cancellationToken).ConfigureAwait(false);
        if (now.State == ServerState.Serving) return;
        if (!isDue(now)) throw NotSeen(now);
        foreach (var word in words) await line.TellAsync($"set server {server.Name} {word}", cancellationToken).ConfigureAwait(false);
        var after = await line.ReadAsync(server.Backend, server.Server, cancellationToken).ConfigureAwait(false);
        if (after.State != ServerState.Serving) throw NotSeen(after);
    }

    /// <summary>Adds a server to a backend and lets it serve.</summary>
    /// <param name="loadBalancer">The instance.</param>
    /// <param name="backend">The backend.</param>
    /// <param name="server">The new server's name.</param>
    /// <param name="address">Its address and port.</param>
    /// <param name="weight">Its weight; null for 1.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <exception cref="BlueGreenException">There is no socket for it, HAProxy is too old, or refuses.</exception>
    public async Task<HaproxyServerStat> AddAsync(
        LoadBalancerInstance loadBalancer, string backend, string server, string address, int? weight, CancellationToken cancellationToken)
    {
        RequireAddress(address);
        using var line = await ConnectAsync(loadBalancer.Name, backend, cancellationToken).ConfigureAwait(false);
        line.Require(AddsServers, "servers can be added at runtime");
        var name = $"{backend}/{server}";
        await line.TellAsync($"add server {name} {address}", cancellationToken, "New server registered").ConfigureAwait(false);
        if (weight is { } number) await line.TellAsync($"set server {name} weight {number}", cancellationToken).ConfigureAwait(false);
        await line.TellAsync($"enable server {name}", cancellationToken).ConfigureAwait(false);
        return await line.ReadAsync(backend, server, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes a server out of its backend for good. It must have nothing pending.</summary>
    /// <param name="server">The server, as its load balancer told of it.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <exception cref="BlueGreenException">There is no socket for it, it has sessions, HAProxy is too old, or refuses.</exception>
    public async Task RemoveAsync(HaproxyServerStat server, CancellationToken cancellationToken)
    {
        using var line = await ConnectAsync(server.LoadBalancer, server.Backend, cancellationToken).ConfigureAwait(false);
        line.Require(AddsServers, "servers can be removed at runtime");
        var name = server.FullName;
        var before = await line.ReadAsync(server.Backend, server.Server, cancellationToken).ConfigureAwait(false);
        if (before.HasPending)
        {
            throw new BlueGreenException(
                ErrorKind.Unsafe, "ServerBusy", $"{name} on {server.LoadBalancer} has {before.CurrentSessions} sessions and {before.CurrentQueue} queued requests; it is left as it is.",
                "Take it out of the pool first (Set-HaproxyServer -State Drain) and wait until it has none.", name);
        }

        await line.TellAsync($"set server {name} state maint", cancellationToken).ConfigureAwait(false);
        await line.TellAsync($"del server {name}", cancellationToken, "Server deleted").ConfigureAwait(false);
    }

    private static BlueGreenException NotSeen(HaproxyServerStat after) => new(
        ErrorKind.ProtocolError, "HaproxyChangeNotSeen", $"HAProxy took the change of {after.FullName} on {after.LoadBalancer}, but the server is {after.Status} afterwards.",
        "Look at it with Get-HaproxyBackendStat; another program may change it, or a reload came in between.", after.FullName);

    private static void RequireAddress(string address)
    {
        var colon = address.LastIndexOf(':');
        if (colon > 0 && IPAddress.TryParse(address.Substring(0, colon).Trim('[', ']'), out _) && int.TryParse(address.Substring(colon + 1), out var port) && port is > 0 and <= 65535) return;
        throw new BlueGreenException(
            ErrorKind.InvalidArgument, "InvalidServerAddress", $"'{address}' is no address of a server.", "Give an IP address and a port, such as 10.0.6.25:31000.", address);
    }

    private async Task<ServerLine> ConnectAsync(string loadBalancer, string backend, CancellationToken cancellationToken)
    {
        var address = await FindAsync(loadBalancer, backend, cancellationToken).ConfigureAwait(false);
        var connection = await RuntimeConnection.ConnectAsync(address, Timeout, _time, cancellationToken).ConfigureAwait(false);
        try
        {
            var info = await AdminSocket.AskInfoAsync(connection, cancellationToken).ConfigureAwait(false);
            return new ServerLine(connection, info.Version, loadBalancer);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private async Task<RuntimeAddress> FindAsync(string loadBalancer, string backend, CancellationToken cancellationToken)
    {
        if (!_sockets.HasAdminSockets)
        {
            throw new BlueGreenException(
                ErrorKind.InvalidArgument, "NoHaproxySocket", "The session has no admin socket of HAProxy, and nothing else can change a server.",
                "Connect with -HaproxySocket; in HAProxy's configuration it is a line such as 'stats socket /var/run/haproxy/socket level admin'.", loadBalancer);
        }

        // While a deployment watches the sockets, it is known already.
        if (_sockets.FindAdmin(loadBalancer) is { } known) return known;
        using var watching = _sockets.Watch();
        string? problem = null;
        for (var look = 0; look < Looks; look++)
        {
            var all = await _loadBalancers.DiscoverAsync(cancellationToken).ConfigureAwait(false);
            // All of them, since a socket is sure only when it can be no other instance's.
            var readings = await Task.WhenAll(all.Select(lb => lb.ReadAsync([backend], cancellationToken))).ConfigureAwait(false);
            problem = readings.FirstOrDefault(r => r.Instance.Name == loadBalancer) is { } own ? own.Problem ?? own.Sockets.Problem : "it is no longer there";
            if (_sockets.FindAdmin(loadBalancer) is { } address) return address;
        }

        throw new BlueGreenException(
            ErrorKind.InvalidArgument, "NoHaproxySocket", $"No admin socket of the session is that of the load balancer {loadBalancer}{(problem is null ? "" : $": {problem}")}.",
            "Give the admin socket of every load balancer in -HaproxySocket, as host:port with the load balancer's own address where it can be.", loadBalancer);
    }
}
