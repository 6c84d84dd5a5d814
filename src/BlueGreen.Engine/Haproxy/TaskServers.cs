using BlueGreen.Engine.Marathon;

namespace BlueGreen.Engine.Haproxy;

/// <summary>
/// Finds the servers that stand for a task among those that load balancers told of: by the exact name; else by the address, where HAProxy
/// tells it (<c>stats show-legends</c>); else by both ends of the name. A port that has a server by one way is not looked for by the next.
/// </summary>
public sealed class TaskServers
{
    /// <summary>Of two backends' servers with one name each is told by its backend.</summary>
    private readonly Dictionary<string, List<HaproxyServerStat>> _byName = new(StringComparer.Ordinal);
    private readonly Lazy<ILookup<string, HaproxyServerStat>> _byBackend;

    /// <param name="servers">Servers of one or several load balancer instances.</param>
    public TaskServers(IEnumerable<HaproxyServerStat> servers)
    {
        var all = servers as IReadOnlyCollection<HaproxyServerStat> ?? [.. servers];
        foreach (var server in all)
        {
            if (!_byName.TryGetValue(server.Server, out var same)) _byName.Add(server.Server, same = new List<HaproxyServerStat>(1));
            same.Add(server);
        }

        // Seldom asked for: where agents go by their addresses, every server is found by its name.
        _byBackend = new Lazy<ILookup<string, HaproxyServerStat>>(() => all.ToLookup(server => server.Backend));
    }

    /// <summary>The task's servers, in order of the port index; on several load balancer instances, each one's.</summary>
    public ImmutableArray<HaproxyServerStat> Of(MarathonApp app, MarathonTask task)
    {
        var endpoints = ServerNames.Endpoints(app, task);
        var found = ImmutableArray.CreateBuilder<HaproxyServerStat>(endpoints.Length);
        foreach (var endpoint in endpoints)
        {
            if (!AddNamed(endpoint, found)) found.AddRange(OfAddressOrEnds(endpoint));
        }

        return found.ToImmutable();
    }

    /// <returns>False when no server has any of the names.</returns>
    private bool AddNamed(TaskEndpoint endpoint, ImmutableArray<HaproxyServerStat>.Builder found)
    {
        var before = found.Count;
        foreach (var name in endpoint.Names)
        {
            if (!_byName.TryGetValue(name.Server, out var same)) continue;
            foreach (var server in same)
            {
                if (server.Backend == name.Backend) found.Add(server);
            }

            if (found.Count > before) return true;
        }

        return false;
    }

    private IEnumerable<HaproxyServerStat> OfAddressOrEnds(TaskEndpoint endpoint)
    {
        var servers = _byBackend.Value[endpoint.Backend];
        var here = servers.Where(server => endpoint.IsAt(server.Address)).ToList();
        return here.Count > 0 ? here : servers.Where(server => endpoint.HasEndsOf(server.Server));
    }
}
