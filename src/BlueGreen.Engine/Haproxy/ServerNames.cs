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
/// (<c>config</c>) and <c>utils.py</c> (<c>get_task_ip_and_ports</c>).
/// </summary>
public static class ServerNames
{
    /// <summary>The backends of an app, by port index: its group or id, and the port that clients use.</summary>
    public static ImmutableArray<string> Backends(MarathonApp app) =>
        [.. Enumerable.Range(0, app.ServicePorts.Length).Select(index => Backend(app, index))];

    /// <summary>The servers that stand for a task: one a port index. Empty while the task has no address yet.</summary>
    public static ImmutableArray<ServerName> Of(MarathonApp app, MarathonTask task)
    {
        var container = app.Networking.Mode == NetworkMode.Container;
        var address = container ? task.IpAddresses.FirstOrDefault() : task.Host;
        var ports = container ? app.Networking.ContainerPorts : task.Ports;
        if (string.IsNullOrEmpty(task.Host) || string.IsNullOrEmpty(address)) return [];

        var prefix = address == task.Host ? Clean(task.Host) : $"{Clean(task.Host)}_{Clean(address!)}";
        // marathon-lb pairs ports in order, as far as both lists reach.
        return [.. ports.Take(app.ServicePorts.Length).Select((port, index) => new ServerName(Backend(app, index), $"{prefix}_{port}"))];
    }

    private static string Backend(MarathonApp app, int index)
    {
        var port = app.Labels.GetValueOrDefault(DeploymentLabels.Port(index)) ?? app.ServicePorts[index].ToString();
        var name = app.DeploymentGroup ?? app.Id;
        // Of a backend's name marathon-lb replaces the slashes only, of a server's every other character.
        return $"{(name.StartsWith("/", StringComparison.Ordinal) ? name.Substring(1) : name).Replace('/', '_')}_{port}";
    }

    private static string Clean(string text) =>
        string.Concat(text.Select(c => c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9') or '-' ? c : '_'));
}
