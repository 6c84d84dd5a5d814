using BlueGreen.Engine.Marathon;

namespace BlueGreen.Engine.Haproxy;

/// <summary>
/// Finds the servers that stand for a task among those that load balancers told of: by the exact name; else by the address, where HAProxy
/// tells it (<c>stats show-legends</c>); else by both ends of the name. A port that has a server by one way is not looked for by the next.
/// </summary>
public sealed class TaskServers
{
    private readonly ImmutableArray<HaproxyServerStat> _all;

    /// <summary>The place of the first server of a name. Of two backends' servers with one name each is told by its backend.</summary>
    private readonly Dictionary<string, int> _first;

    /// <summary>For each server the place of the next one of its name; -1 for none.</summary>
    private readonly int[] _next;
    private ILookup<string, HaproxyServerStat>? _byBackend;

    /// <param name="servers">Servers of one or several load balancer instances.</param>
    public TaskServers(IEnumerable<HaproxyServerStat> servers)
    {
        _all = servers.ToImmutableArray();
        _first = new Dictionary<string, int>(_all.Length, StringComparer.Ordinal);
        _next = new int[_all.Length];
        for (var i = _all.Length - 1; i >= 0; i--)
        {
            _next[i] = _first.TryGetValue(_all[i].Server, out var next) ? next : -1;
            _first[_all[i].Server] = i;
        }
    }

    /// <summary>Seldom asked for: where agents go by their addresses, every server is found by its name.</summary>
    private ILookup<string, HaproxyServerStat> ByBackend => _byBackend ??= _all.ToLookup(server => server.Backend);

    /// <summary>The task's servers, in order of the port index; on several load balancer instances, each one's.</summary>
    public ImmutableArray<HaproxyServerStat> Of(MarathonApp app, MarathonTask task)
    {
        var endpoints = ServerNames.Endpoints(app, task);
        var found = ImmutableArray.CreateBuilder<HaproxyServerStat>(endpoints.Length);
        foreach (var endpoint in endpoints)
        {
            if (!AddNamed(endpoint, found)) found.AddRange(OfAddressOrEnds(endpoint));
        }

        return found.DrainToImmutable();
    }

    /// <returns>False when no server has any of the names.</returns>
    private bool AddNamed(TaskEndpoint endpoint, ImmutableArray<HaproxyServerStat>.Builder found)
    {
        var before = found.Count;
        foreach (var name in endpoint.Names)
        {
            for (var i = _first.TryGetValue(name.Server, out var first) ? first : -1; i >= 0; i = _next[i])
            {
                if (_all[i].Backend == name.Backend) found.Add(_all[i]);
            }

            if (found.Count > before) return true;
        }

        return false;
    }

    private IEnumerable<HaproxyServerStat> OfAddressOrEnds(TaskEndpoint endpoint)
    {
        var servers = ByBackend[endpoint.Backend];
        var here = servers.Where(server => endpoint.IsAt(server.Address)).ToList();
        return here.Count > 0 ? here : servers.Where(server => endpoint.HasEndsOf(server.Server));
    }
}
