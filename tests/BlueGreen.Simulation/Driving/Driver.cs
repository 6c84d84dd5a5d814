using BlueGreen.Engine;
using BlueGreen.Engine.Deployment;
using BlueGreen.Engine.Deployment.Locking;
using BlueGreen.Engine.Haproxy;
using BlueGreen.Engine.Haproxy.Runtime;
using BlueGreen.Engine.Marathon;
using BlueGreen.Engine.Waiting;
using BlueGreen.Simulation.Cluster;
using BlueGreen.Simulation.Schedules;
using EngineCluster = BlueGreen.Engine.Deployment.Cluster;

namespace BlueGreen.Simulation.Driving;

/// <summary>
/// One run of the engine on some machine: its network to the cluster, its clock, and its end, when it is killed. After that nothing
/// that it waits for ever comes: no clean-up runs, as after <c>kill -9</c>.
/// </summary>
internal sealed class Driver : ILoadBalancerPool, IWakeUp, IEngineSink, IApproval
{
    private static readonly TimeSpan StatsTimeout = TimeSpan.FromSeconds(5);
    private readonly Estate _estate;
    private readonly DriverClock _clock;
    private readonly Dictionary<SimulatedLoadBalancer, ILoadBalancer> _loadBalancers = [];
    private DeliberateBug _bug = DeliberateBug.None;

    /// <summary>One a load balancer: callers that wait for one another would go on on a thread of the pool, out of the world's order.</summary>
    private readonly Dictionary<SimulatedLoadBalancer, RuntimeSockets> _sockets = [];
    private TaskCompletionSource<bool>? _waiting;

    /// <param name="estate">Where it works.</param>
    /// <param name="name">Its name in the trace.</param>
    /// <param name="host">The machine that it runs on.</param>
    public Driver(Estate estate, string name, string host)
    {
        (_estate, Author) = (estate, new Author(name, IsEngine: true));
        _clock = new DriverClock(this, estate.World);
        Identity = new DriverIdentity(host, "ann", $"{name} 1 -");
        _estate.Marathon.Changed += Hear;
    }

    public Author Author { get; }

    public DriverIdentity Identity { get; }

    public bool IsDead { get; private set; }

    /// <summary>Its machine stands still until then, and hears and does nothing; what it has sent goes on.</summary>
    public TimeSpan StandsStillUntil { get; set; }

    /// <summary>For so long its machine stands still as soon as the user is asked about an act; none once that has been.</summary>
    public TimeSpan StandsStillWhenAsked { get; set; }

    public MemoryJournal? Journal { get; private set; }

    /// <summary>The number of the change, from 1 up, at which it is killed; and whether the change is still made.</summary>
    public (int Change, bool IsMade)? DiesAt { get; set; }

    public Network Network => _estate.Network;

    public World World => _estate.World;

    public long Mark { get; private set; }

    private int Changes { get; set; }

    /// <summary>The cluster as the engine is given it.</summary>
    public EngineCluster Connect(DeliberateBug bug, Equipment equipment)
    {
        _bug = bug;
        if (equipment.Sockets is { } source)
        {
            foreach (var lb in _estate.LoadBalancers) _sockets.Add(lb, new RuntimeSockets([new SimulatedSocket(this, lb, source)], SilentSink.Instance, _clock));
        }

        IEngineSink sink = _estate.Trace.IsKept ? this : SilentSink.Instance;
        var cluster = new EngineCluster(new MarathonConnection(this, _estate.Marathon), this, _clock, sink, this, _ => this)
        {
            Journal = Journal = equipment.KeepsJournal ? new MemoryJournal() : null,
            PendingOperations = equipment.HasGauge ? new SimulatedGauge(this, _estate) : null,
            WatchSockets = () => new Watches([.. _sockets.Values.Select(sockets => sockets.Watch())]),
        };
        return bug.Alter(cluster with { Lock = new MarathonDriverLock(cluster, Identity, IsGone) });
    }

    public void Die()
    {
        if (IsDead) return;
        IsDead = true;
        _estate.Gone.Add(Identity);
        _estate.LooseEnds++;
        _estate.Marathon.Changed -= Hear;
        _estate.Trace.Say(Author.Name, "is killed");
    }

    /// <summary>The answer to a change is late or lost.</summary>
    public void NoteLooseEnd() => _estate.LooseEnds++;

    /// <summary>It has done its work.</summary>
    public void Leave()
    {
        _estate.Gone.Add(Identity);
        _estate.Marathon.Changed -= Hear;
    }

    /// <summary>Does something on the driver's machine: now, or as soon as it goes on.</summary>
    public void WhenAwake(Action act)
    {
        if (IsDead) return;
        if (World.Now < StandsStillUntil) Wake(act);
        else act();
    }

    private void Wake(Action act) => World.At(StandsStillUntil, () => WhenAwake(act));

    /// <summary>On one machine a process that is gone is known to be.</summary>
    private bool IsGone(DriverIdentity other) => other.Host == Identity.Host && _estate.Gone.Contains(other);

    /// <summary>Counts a change that is about to be sent; false when the driver is killed before it.</summary>
    public bool MaySend(out bool diesAfter)
    {
        diesAfter = false;
        Changes++;
        if (DiesAt is not { } end || end.Change != Changes) return true;
        if (!end.IsMade) Die();
        diesAfter = end.IsMade;
        return end.IsMade;
    }

    /// <summary>Sends something that is done when it arrives, and waits for the answer.</summary>
    public Task<T> Exchange<T>(TimeSpan there, TimeSpan back, Func<T> act)
    {
        var request = new Request<T>(this, back, act);
        if (!IsDead) World.After(there, request.Arrive);
        return request.Task;
    }

    public Task Delay(TimeSpan time) => Exchange(time, TimeSpan.Zero, () => 0);

    public Task<ImmutableArray<ILoadBalancer>> DiscoverAsync(CancellationToken cancellationToken)
    {
        var found = ImmutableArray.CreateBuilder<ILoadBalancer>();
        foreach (var loadBalancer in _estate.LoadBalancers)
        {
            if (!_loadBalancers.TryGetValue(loadBalancer, out var known))
            {
                var connection = new StatsConnection(this, loadBalancer);
                known = _bug.Reader?.Invoke(loadBalancer.Instance, connection, _clock)
                    ?? new HttpLoadBalancer(loadBalancer.Instance, connection, StatsTimeout, SilentSink.Instance, _clock, _sockets.GetValueOrDefault(loadBalancer));
                _loadBalancers.Add(loadBalancer, known);
            }

            found.Add(known);
        }

        return Task.FromResult(found.ToImmutable());
    }

    public Task<bool> WaitAsync(long mark, TimeSpan atMost, CancellationToken cancellationToken)
    {
        var wait = new TaskCompletionSource<bool>();
        if (IsDead) return wait.Task;
        // A burst of events is one reason to look.
        var spacing = TimeSpan.FromMilliseconds(50);
        if (Mark > mark)
        {
            World.After(spacing, () => End(true));
            return wait.Task;
        }

        _waiting = wait;
        World.After(atMost, () => End(Mark > mark));
        return wait.Task;

        void End(bool woken) => WhenAwake(() => wait.TrySetResult(woken));
    }

    /// <summary>The user says yes, and may take the machine elsewhere before.</summary>
    public Task<bool> ApproveAsync(PlannedAct act, CancellationToken cancellationToken)
    {
        if (StandsStillWhenAsked == default) return Task.FromResult(true);
        (StandsStillUntil, StandsStillWhenAsked) = (World.Now + StandsStillWhenAsked, default);
        return Exchange(TimeSpan.Zero, TimeSpan.Zero, () => true);
    }

    public ValueTask DisposeAsync() => default;

    public void Publish(EngineEvent engineEvent)
    {
        if (!_estate.Trace.IsKept || IsDead || engineEvent is not EngineMessage { Level: not MessageLevel.Debug } message) return;
        _estate.Trace.Say(Author.Name, message.Text);
    }

    private void Hear()
    {
        if (World.Chance(Network.EventLost)) return;
        World.After(World.Chance(Network.EventLate) ? World.Between(500, 4000) : World.Between(1, 20), () =>
        {
            Mark++;
            if (_waiting is not { } waiting) return;
            _waiting = null;
            World.After(TimeSpan.FromMilliseconds(50), () => WhenAwake(() => waiting.TrySetResult(true)));
        });
    }

    /// <summary>Some hundred a schedule: all that one needs lies in one object.</summary>
    private sealed class Request<T>(Driver driver, TimeSpan back, Func<T> act) : TaskCompletionSource<T>
    {
        private T _result = default!;
        private Exception? _error;

        public void Arrive()
        {
            try
            {
                _result = act();
            }
            catch (Exception thrown) when (thrown is BlueGreenException or StatsFailure)
            {
                _error = thrown;
            }

            if (back > TimeSpan.Zero) driver.World.After(back, Return);
            else Return();
        }

        private void Return() => driver.WhenAwake(Answer);

        private void Answer()
        {
            if (_error is null) SetResult(_result);
            else SetException(_error);
        }
    }

    private sealed class Watches(ImmutableArray<IDisposable> watches) : IDisposable
    {
        public void Dispose()
        {
            foreach (var watch in watches) watch.Dispose();
        }
    }
}
