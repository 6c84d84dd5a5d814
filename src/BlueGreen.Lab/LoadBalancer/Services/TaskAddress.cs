using System.Collections.Immutable;
using BlueGreen.Lab.LoadBalancer.Model;

namespace BlueGreen.Lab.LoadBalancer.Services;

/// <summary>Where a task is reached: its host and host ports, or its own address and container ports.</summary>
internal static class TaskAddress
{
    /// <summary>The address and ports, or null while the task has none.</summary>
    /// <param name="resolve">Gives the IPv4 address of a host, or null when it has none.</param>
    public static (string Ip, ImmutableArray<int> Ports)? Of(MarathonApp app, MarathonTask task, Func<string, string?> resolve)
    {
        var ip = app.Networking == NetworkMode.Container ? task.IpAddress : resolve(task.Host);
        var ports = PortsOf(app, task);
        return string.IsNullOrEmpty(ip) || ports.IsEmpty ? null : (ip, ports);
    }

    public static ImmutableArray<int> PortsOf(MarathonApp app, MarathonTask task)
    {
        ImmutableArray<int> definitions = app.PortDefinitions.IsDefault ? [] : app.PortDefinitions;
        return app.Networking switch
        {
            NetworkMode.Host => FirstFilled(task.Ports, definitions),
            NetworkMode.Bridge => FirstFilled(task.Ports, definitions, MappedPorts(app)),
            _ => FirstFilled(app.DiscoveryPorts, MappedPorts(app)),
        };
    }

    private static ImmutableArray<int> MappedPorts(MarathonApp app) =>
        [.. app.PortMappings.Select(mapping => mapping.ContainerPort).OfType<int>()];

    private static ImmutableArray<int> FirstFilled(params ReadOnlySpan<ImmutableArray<int>> candidates)
    {
        foreach (var candidate in candidates)
        {
            if (!candidate.IsEmpty)
                return candidate;
        }

        return [];
    }
}
