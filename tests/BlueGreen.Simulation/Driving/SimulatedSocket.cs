using BlueGreen.Engine;
using BlueGreen.Engine.Haproxy;
using BlueGreen.Engine.Haproxy.Runtime;
using BlueGreen.Simulation.Cluster;

namespace BlueGreen.Simulation.Driving;

/// <summary>
/// HAProxy's command line as a driver reaches it, behind the words of its protocol: a master's, which knows every worker, or an admin socket,
/// which reaches a worker from before a reload only over a connection that was opened while it served.
/// </summary>
internal sealed class SimulatedSocket(Driver driver, SimulatedLoadBalancer loadBalancer, WorkerSource source) : IRuntimeSocket
{
    private readonly List<Worker> _held = [];
    private Worker? _current;
    private ImmutableArray<Worker> _table = [];

    public RuntimeAddress Address { get; } = RuntimeAddress.Parse($"{loadBalancer.Instance.StatsUri.Host}:9999");

    private bool IsMaster => source == WorkerSource.MasterSocket;

    public Task<ServingIdentity> IdentifyAsync(int expected, CancellationToken cancellationToken) => AskAsync(() =>
    {
        if (IsMaster && loadBalancer.Master is null) throw Refused("there is no master");
        if (IsMaster || _current?.Pid != expected)
        {
            if (_current is { } last && last != loadBalancer.Serving) _held.Add(last);
            _current = loadBalancer.Serving;
        }

        _table = [.. loadBalancer.OldWorkers];
        return new ServingIdentity(_current.Pid, driver.World.Now - _current.StartedAt);
    });

    public Task<ImmutableDictionary<string, long>> CountConnectionsAsync(CancellationToken cancellationToken) =>
        AskAsync(() => ImmutableDictionary<string, long>.Empty.Add("stats", _current!.Asked));

    public Task<SocketReading> ReadAsync(SocketQuery query, CancellationToken cancellationToken) => AskAsync(() =>
    {
        if (_current?.Pid != query.Serving) return SocketReading.None;
        _held.RemoveAll(worker => !loadBalancer.OldWorkers.Contains(worker));
        var reached = IsMaster ? _table.Where(loadBalancer.OldWorkers.Contains) : _held;
        return new SocketReading
        {
            OldWorkers = [.. reached.Select(worker => new WorkerReading(worker.Pid, source, worker.CountConnections(driver.World.Now), Sessions(worker, query.Backends)))],
            Master = IsMaster ? loadBalancer.Master : null,
            HasMaster = loadBalancer.Master is not null,
        };
    });

    public void LetGo()
    {
        _held.Clear();
        (_current, _table) = (null, []);
    }

    public void Dispose() => LetGo();

    private ImmutableArray<WorkerSessions> Sessions(Worker worker, IReadOnlyCollection<string> backends) =>
    [
        .. from server in worker.Servers
           where server.Value.IsBusy(driver.World.Now) && backends.Contains(server.Key.App.Backends[0])
           select new WorkerSessions(server.Key.App.Backends[0], server.Key.ServerNames[0], 1),
    ];

    private Task<T> AskAsync<T>(Func<T> ask)
    {
        var isLost = driver.World.Chance(driver.Network.StatsLost);
        return driver.Exchange(driver.World.Between(1, 4), TimeSpan.Zero, () => isLost || loadBalancer.IsDown ? throw Refused("connection refused") : ask());
    }

    private static BlueGreenException Refused(string why) => new(ErrorKind.Unavailable, "HaproxySocketUnreachable", why, "");
}
