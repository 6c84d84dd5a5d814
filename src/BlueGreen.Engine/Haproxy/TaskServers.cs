using BlueGreen.Engine.Marathon;

namespace BlueGreen.Engine.Haproxy;

/// <summary>
/// Finds the servers that stand for a task among those that load balancers told of: by the exact name; else by the address, where HAProxy
/// tells it (<c>stats show-legends</c>); else by both ends of the name. A port that has a server by one way is not looked for by the next.
/// </summary>
public sealed class TaskServers
{
    private readonly ILookup<ServerName, HaproxyServerStat> _byName;
    private readonly Lazy<ILookup<string, HaproxyServerStat>> _byBackend;

    /// <param name="servers">Servers of one or several load balancer instances.</param>
    public TaskServers(IEnumerable<HaproxyServerStat> servers)
    {
        var all = servers as IReadOnlyCollection<HaproxyServerStat> ?? [.. servers];
        _byName = all.ToLookup(server => new ServerName(server.Backend, server.Server));
        // Seldom asked for: where agents go by their addresses, every server is found by its name.
        _byBackend = new Lazy<ILookup<string, HaproxyServerStat>>(() => all.ToLookup(server => server.Backend));
    }

    /// <summary>The task's servers, in order of the port index; on several load balancer instances, each one's.</summary>
    public ImmutableArray<HaproxyServerStat> Of(MarathonApp app, MarathonTask task)
    {
        var endpoints = ServerNames.Endpoints(app, task);
        var found = ImmutableArray.CreateBuilder<HaproxyServerStat>(endpoints.Length);
        foreach (var endpoint in endpoints) found.AddRange(Of(endpoint));
        return found.ToImmutable();
    }

    private IEnumerable<HaproxyServerStat> Of(TaskEndpoint endpoint)
    {
        foreach (var name in endpoint.Names)
        {
            if (_byName.Contains(name)) return _byName[name];
        }

        var servers = _byBackend.Value[endpoint.Backend];
        var here = servers.Where(server => endpoint.IsAt(server.Address)).ToList();
        return here.Count > 0 ? here : servers.Where(server => endpoint.HasEndsOf(server.Server));
    }
}
