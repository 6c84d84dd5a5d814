using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using BlueGreen.Lab.LoadBalancer.Model;

namespace BlueGreen.Lab.LoadBalancer.Services;

/// <summary>
/// Service ports of apps. Marathon assigns them, except for IP-per-task apps of Marathon 1.4 and before: those get a port
/// of a range that follows from the app's id and the task's port, the same on every load balancer. One assigner serves one
/// reading of the app list.
/// </summary>
internal sealed class ServicePortAssigner(int firstPort = 10050, int lastPort = 10100)
{
    private const int MaxClashes = 50;

    private readonly int _count = lastPort - firstPort + 1;
    private readonly Dictionary<(string AppId, int TaskPort), int?> _assigned = [];

    /// <summary>One entry for each port of the app; null where the range is exhausted.</summary>
    public ImmutableArray<int?> PortsOf(MarathonApp app)
    {
        if (app.Networking is NetworkMode.Container or NetworkMode.Bridge)
        {
            ImmutableArray<int?> mapped = [.. app.PortMappings.Select(m => m.ServicePort).Where(p => p is not null)];
            if (!mapped.IsEmpty)
                return mapped;
        }

        var ports = app.PortDefinitions.IsDefault ? app.Ports : app.PortDefinitions;
        if (ports.IsEmpty && app.Networking == NetworkMode.Container && !app.Tasks.IsEmpty)
            return [.. TaskAddress.PortsOf(app, app.Tasks[0]).Select(port => Assigned(app.Id, port))];
        return [.. ports.Select(port => (int?)port)];
    }

    private int? Assigned(string appId, int taskPort)
    {
        if (_assigned.TryGetValue((appId, taskPort), out var known) && known is not null)
            return known;
        var port = Choose(appId, taskPort);
        _assigned[(appId, taskPort)] = port;
        return port;
    }

    private int? Choose(string appId, int taskPort)
    {
        if (_count <= _assigned.Count)
            return null;

        for (var attempt = 0; attempt < MaxClashes; attempt++)
        {
            var hash = SHA1.HashData(Encoding.UTF8.GetBytes($"{appId}-{taskPort}-{attempt}"));
            var port = firstPort + (int)(BinaryPrimitives.ReadUInt32BigEndian(hash) % (uint)_count);
            if (!_assigned.ContainsValue(port))
                return port;
        }

        return Enumerable.Range(firstPort, _count).First(port => !_assigned.ContainsValue(port));
    }
}
