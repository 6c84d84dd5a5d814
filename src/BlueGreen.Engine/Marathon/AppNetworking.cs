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

/// <summary>Networking of an app, whichever of Marathon's shapes (before and after 1.5) it is written in.</summary>
/// <param name="Mode">How tasks are reached.</param>
/// <param name="ServicePorts">Service ports by port index; 0 where none is set.</param>
/// <param name="ContainerPorts">Ports inside the container by port index; 0 where it equals the host's; empty with host networking.</param>
public sealed record AppNetworking(NetworkMode Mode, ImmutableArray<int> ServicePorts, ImmutableArray<int> ContainerPorts)
{
    internal static AppNetworking Of(JObject app)
    {
        var mode = ModeOf(app);
        var mappings = PortMappings(app);
        if (mappings is not null)
        {
            return new AppNetworking(
                mode,
                [.. mappings.Select(m => m.Number("servicePort") ?? 0)],
                [.. mappings.Select(m => m.Number("containerPort") ?? 0)]);
        }

        if (app.At("ipAddress", "discovery", "ports") is JArray { Count: > 0 } discovery)
        {
            return new AppNetworking(
                mode,
                app["ports"] is JArray ? app.Numbers("ports") : [.. discovery.Select(_ => 0)],
                [.. discovery.OfType<JObject>().Select(p => p.Number("number") ?? 0)]);
        }

        ImmutableArray<int> servicePorts = app["portDefinitions"] is JArray { Count: > 0 } definitions
            ? [.. definitions.OfType<JObject>().Select(d => d.Number("port") ?? 0)]
            : app.Numbers("ports");
        return new AppNetworking(mode, servicePorts, []);
    }

    /// <summary>The port mappings: directly in the container from 1.5 on, in its docker part before; null when there are none.</summary>
    internal static IReadOnlyList<JObject>? PortMappings(JObject app)
    {
        var array = app.At("container", "docker", "portMappings") is JArray { Count: > 0 } inner
            ? inner
            : app.At("container", "portMappings") as JArray;
        return array is { Count: > 0 } ? [.. array.OfType<JObject>()] : null;
    }

    private static NetworkMode ModeOf(JObject app)
    {
        var network = (app["networks"] as JArray)?.OfType<JObject>().FirstOrDefault()?.Text("mode")
            ?? (app.At("container", "docker") as JObject)?.Text("network");
        return network?.ToLowerInvariant() switch
        {
            "container/bridge" or "bridge" => NetworkMode.Bridge,
            "container" or "user" => NetworkMode.Container,
            "host" => NetworkMode.Host,
            _ => app["ipAddress"] is JObject ? NetworkMode.Container : NetworkMode.Host,
        };
    }
}
