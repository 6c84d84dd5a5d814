using System.Net;
using System.Runtime.CompilerServices;
using BlueGreen.Engine.Marathon;

namespace BlueGreen.Engine.Haproxy;

/// <summary>A server of a backend, by the names that marathon-lb gives.</summary>
public sealed record ServerName(string Backend, string Server)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Backend}/{Server}";
}

/// <summary>
/// The names that marathon-lb writes into HAProxy's configuration. Source: mesosphere/marathon-lb, <c>marathon_lb.py</c>
/// (<c>config</c>, <c>get_apps</c>) and <c>utils.py</c> (<c>get_task_ip_and_ports</c>).
/// </summary>
public static class ServerNames
{
    /// <summary>Kept for as long as the app as it was read is: the same look is asked for them several times a second.</summary>
    private static readonly ConditionalWeakTable<MarathonApp, Names> Known = new();

    /// <summary>The backends of an app, by port index: its group or id, and the port that clients use.</summary>
    public static ImmutableArray<string> Backends(MarathonApp app) => NamesOf(app).Backends;

    /// <summary>
    /// The servers that stand for a task, one a port index, as far as their names can be told: where the agent goes by a host name,
    /// marathon-lb resolves it and writes the address into the name. <see cref="TaskServers"/> finds those as well.
    /// </summary>
    public static ImmutableArray<ServerName> Of(MarathonApp app, MarathonTask task) =>
        [.. Endpoints(app, task).Select(e => e.Names.FirstOrDefault()).OfType<ServerName>()];

    /// <summary>Where a task is reached, one entry a port index; empty while it has no address.</summary>
    internal static ImmutableArray<TaskEndpoint> Endpoints(MarathonApp app, MarathonTask task) => NamesOf(app).Of(task);

    private static Names NamesOf(MarathonApp app) => Known.GetValue(app, static app => new Names(app));

    private static ImmutableArray<string> FindBackends(MarathonApp app)
    {
        var name = app.DeploymentGroup ?? app.Id;
        // Of a backend's name marathon-lb replaces the slashes only, of a server's every other character.
        var prefix = (name.StartsWith("/", StringComparison.Ordinal) ? name.Substring(1) : name).Replace('/', '_');
        // A port that has no number yet is left out there, and the next one takes its index.
        return
        [
            .. app.ServicePorts.Where(port => port > 0)
                .Select((port, index) => $"{prefix}_{app.Labels.GetValueOrDefault(DeploymentLabels.Port(index)) ?? $"{port}"}"),
        ];
    }

    private static ImmutableArray<TaskEndpoint> FindEndpoints(MarathonApp app, MarathonTask task, ImmutableArray<string> backends)
    {
        var mode = app.Networking.Mode;
        if (task.Host.Length == 0 || (mode == NetworkMode.Container && task.IpAddresses.IsEmpty)) return [];
        ImmutableArray<string> addresses = mode switch
        {
            NetworkMode.Container => task.IpAddresses,
            _ when IPAddress.TryParse(task.Host, out _) => [task.Host],
            // With host networking a task's own address is its agent's; in a bridge it is one that is seen nowhere else.
            NetworkMode.Host => task.IpAddresses,
            _ => [],
        };
        // marathon-lb pairs ports in order, as far as both lists reach.
        return [.. app.Networking.PortsOf(task).Zip(backends, (port, backend) => new TaskEndpoint(backend, mode, task.Host, addresses, port))];
    }

    internal static string Clean(string text)
    {
        var clean = text.ToCharArray();
        for (var i = 0; i < clean.Length; i++)
        {
            if (clean[i] is not ((>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9') or '-')) clean[i] = '_';
        }

        return new string(clean);
    }

    /// <summary>The names of one app.</summary>
    private sealed class Names(MarathonApp app)
    {
        private readonly Dictionary<string, ImmutableArray<TaskEndpoint>> _endpoints = new(StringComparer.Ordinal);

        public ImmutableArray<string> Backends { get; } = FindBackends(app);

        public ImmutableArray<TaskEndpoint> Of(MarathonTask task)
        {
            lock (_endpoints)
            {
                if (!_endpoints.TryGetValue(task.Id, out var known)) _endpoints.Add(task.Id, known = FindEndpoints(app, task, Backends));
                return known;
            }
        }
    }
}

/// <summary>Where one port of a task is reached, behind one backend.</summary>
/// <param name="Backend">The backend's name.</param>
/// <param name="Mode">How tasks of the app are reached.</param>
/// <param name="Host">The agent, by address or by name.</param>
/// <param name="Addresses">The addresses at which the task is reached, as far as they are known; the likeliest first.</param>
/// <param name="Port">The port there.</param>
internal sealed record TaskEndpoint(string Backend, NetworkMode Mode, string Host, ImmutableArray<string> Addresses, int Port)
{
    private readonly (string Start, string End) _ends = (ServerNames.Clean(Host) + "_", $"_{Port}");

    /// <summary>The names that its server may have.</summary>
    public ImmutableArray<ServerName> Names { get; } =
        [.. Addresses.Select(address => new ServerName(Backend, ServerNames.Clean(address == Host ? $"{address}_{Port}" : $"{Host}_{address}_{Port}")))];

    /// <summary>True for a server whose address, as HAProxy tells it, is this one.</summary>
    public bool IsAt(string? address) =>
        address is not null && Addresses.Any(own => address == (own.IndexOf(':') < 0 ? $"{own}:{Port}" : $"[{own}]:{Port}"));

    /// <summary>
    /// True for a name that begins with the agent's and ends with the port, with nothing but an address of version 4 in between, which
    /// is all that marathon-lb resolves a host name to. On one agent no two tasks have the same port; tasks with addresses of their
    /// own may, but those addresses are known.
    /// </summary>
    public bool HasEndsOf(string server)
    {
        if (Mode == NetworkMode.Container) return false;
        var (start, end) = _ends;
        if (server.Length <= start.Length + end.Length) return false;
        return server.StartsWith(start, StringComparison.Ordinal) && server.EndsWith(end, StringComparison.Ordinal)
            && server.Substring(start.Length, server.Length - start.Length - end.Length).Split('_') is { Length: 4 } parts
            && parts.All(part => byte.TryParse(part, System.Globalization.NumberStyles.None, null, out _));
    }
}
