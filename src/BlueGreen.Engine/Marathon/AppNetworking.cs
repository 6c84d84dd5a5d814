using Newtonsoft.Json.Linq;

namespace BlueGreen.Engine.Marathon;

/// <summary>How the tasks of an app are reached from outside.</summary>
public enum NetworkMode
{
    /// <summary>Tasks use the agent's own ports.</summary>
    Host,

    /// <summary>Tasks have their own ports behind ports of the agent.</summary>
    Bridge,

    /// <summary>Each task has an address of its own.</summary>
    Container,
}

/// <summary>
/// Networking of an app, whichever of Marathon's shapes (before and after 1.5) it is written in, read as marathon-lb reads it. Source:
/// mesosphere/marathon-lb, <c>utils.py</c> (<c>get_app_networking_mode</c>, <c>get_service_ports</c>, <c>get_app_task_ports</c>).
/// </summary>
/// <param name="Mode">How tasks are reached.</param>
/// <param name="ServicePorts">Service ports by port index; 0 where none is set.</param>
/// <param name="ContainerPorts">Ports inside the container by port index; 0 where it equals the host's; empty with host networking.</param>
public sealed record AppNetworking(NetworkMode Mode, ImmutableArray<int> ServicePorts, ImmutableArray<int> ContainerPorts)
{
    /// <summary>The ports of <c>portDefinitions</c>: what a task without host ports of its own counts as listening on.</summary>
    internal ImmutableArray<int> DefinedPorts { get; private init; } = [];

    /// <summary>The ports at which a task is reached, by port index.</summary>
    public ImmutableArray<int> PortsOf(MarathonTask task) =>
        Mode == NetworkMode.Container ? ContainerPorts
        : !task.Ports.IsEmpty ? task.Ports
        : Mode == NetworkMode.Bridge && DefinedPorts.IsEmpty ? ContainerPorts
        : DefinedPorts;

    internal static AppNetworking Of(JObject app)
    {
        var mode = ModeOf(app);
        // Where host networking is asked for, marathon-lb does not look at mappings, which versions before 1.5 let stand there. A
        // definition that says nothing of networks is read with its mappings: its writer means them, though Marathon drops them then
        // (source: its AppNormalization). A live app always says which.
        var mappings = mode == NetworkMode.Host && SaysHost(app) ? null : PortMappings(app);
        var mapped = mappings?.Select(m => m.Number("servicePort") ?? 0).ToImmutableArray() ?? [];
        var discovered = mode == NetworkMode.Container && app.At("ipAddress", "discovery", "ports") is JArray discovery
            ? discovery.OfType<JObject>().Select(p => p.Number("number") ?? 0).ToImmutableArray()
            : [];
        var defined = app["portDefinitions"] is JArray { Count: > 0 } definitions
            ? definitions.OfType<JObject>().Select(d => d.Number("port") ?? 0).ToImmutableArray()
            : [];
        var listed = !defined.IsEmpty ? defined : app.Numbers("ports");

        // Ports of old apps with an address of their own stand among the mappings, among the others, or nowhere.
        var servicePorts = mapped.Any(port => port > 0) || (listed.IsEmpty && !mapped.IsEmpty) ? mapped
            : !listed.IsEmpty ? listed
            : [.. discovered.Select(_ => 0)];
        var containerPorts = !discovered.IsEmpty ? discovered : mappings?.Select(m => m.Number("containerPort") ?? 0).ToImmutableArray() ?? [];
        return new AppNetworking(mode, servicePorts, containerPorts) { DefinedPorts = defined };
    }

    /// <summary>The port mappings: directly in the container from 1.5 on, in its docker part before; null when there are none.</summary>
    internal static IReadOnlyList<JObject>? PortMappings(JObject app)
    {
        var array = app.At("container", "docker", "portMappings") is JArray { Count: > 0 } inner
            ? inner
            : app.At("container", "portMappings") as JArray;
        return array?.OfType<JObject>().ToList() is { Count: > 0 } mappings ? mappings : null;
    }

    internal static bool SaysHost(JObject app) =>
        app["networks"] is JArray { Count: > 0 } || (app.At("container", "docker") as JObject)?.Text("network") is { Length: > 0 };

    private static NetworkMode ModeOf(JObject app)
    {
        if (app["networks"] is JArray networks && networks.OfType<JObject>().LastOrDefault() is { } network)
        {
            return network.Text("mode")?.ToLowerInvariant() switch
            {
                "host" => NetworkMode.Host,
                "container/bridge" => NetworkMode.Bridge,
                _ => NetworkMode.Container,
            };
        }

        return (app.At("container", "docker") as JObject)?.Text("network")?.ToUpperInvariant() switch
        {
            "BRIDGE" => NetworkMode.Bridge,
            "USER" => NetworkMode.Container,
            _ => app["ipAddress"] is JObject { Count: > 0 } ? NetworkMode.Container : NetworkMode.Host,
        };
    }
}
