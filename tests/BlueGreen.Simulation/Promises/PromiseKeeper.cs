using System.Globalization;
using BlueGreen.Simulation.Cluster;
using BlueGreen.Simulation.Driving;

namespace BlueGreen.Simulation.Promises;

/// <summary>
/// What the engine promises, checked against the cluster as it really is, at every step. Nothing here knows what the engine believes.
/// What faults and strangers do by themselves is not charged to it.
/// </summary>
internal sealed class PromiseKeeper
{
    /// <summary>How long ago the last look may be, and the way of the request that follows it.</summary>
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(1) + TimeSpan.FromMilliseconds(5);

    /// <summary>How long a load balancer may take to show what a fault has changed, and that it is over.</summary>
    private static readonly TimeSpan Aftermath = TimeSpan.FromSeconds(5);

    private readonly Estate _estate;
    private readonly string _group;
    private readonly HashSet<SimulatedLoadBalancer> _armed = [];
    private readonly Dictionary<SimulatedLoadBalancer, TimeSpan> _excusedUntil = [];
    private readonly HashSet<Author> _superseded = [];
    private Author? _driver;

    public PromiseKeeper(Estate estate, string group)
    {
        (_estate, _group) = (estate, group);
        estate.Marathon.Killing += OnKilling;
        estate.Marathon.Requested += OnRequested;
        estate.Marathon.Changed += CheckServing;
        estate.Marathon.Crashing += () =>
        {
            NoteFault();
            Excuse(TimeSpan.Zero);
        };
        estate.Marathon.Ended += _ => CheckServing();
    }

    /// <summary>The first promise that was broken, and how; null while all are kept.</summary>
    public string? Broken { get; private set; }

    /// <summary>Tasks of the group that are to serve on each load balancer at any time.</summary>
    public int Floor { get; set; }

    /// <summary>Tasks are killed in mid-way by plan, which marathon-lb answers with a dip that nobody can avoid.</summary>
    public bool MayDip { get; set; }

    /// <summary>zdd.py was here before: both colours together may have more tasks than wanted.</summary>
    public bool WasLeftByZdd { get; set; }

    /// <summary>Who may cut sessions, since its user chose so.</summary>
    public HashSet<Author> MayCut { get; } = [];

    /// <summary>When something last happened that nobody could foresee.</summary>
    public TimeSpan LastFault { get; private set; } = TimeSpan.FromSeconds(-100);

    public void Watch(SimulatedLoadBalancer loadBalancer, bool isNew = true)
    {
        // What went wrong right before it came may show on it, too.
        if (isNew) _excusedUntil[loadBalancer] = _estate.World.Now + Aftermath;
        loadBalancer.Changed += CheckServing;
        CheckServing();
    }

    /// <summary>Something takes serving tasks away for some time, on one load balancer or on all; and then until there are enough again.</summary>
    public void Excuse(TimeSpan time, SimulatedLoadBalancer? only = null)
    {
        var until = _estate.World.Now + time + Aftermath;
        foreach (var loadBalancer in _estate.LoadBalancers)
        {
            if (only is not null && only != loadBalancer) continue;
            _armed.Remove(loadBalancer);
            if (_excusedUntil.GetValueOrDefault(loadBalancer) < until) _excusedUntil[loadBalancer] = until;
        }
    }

    /// <summary>Something unforeseen happens now.</summary>
    public void NoteFault() => LastFault = _estate.World.Now;

    public void Break(string promise, string how)
    {
        if (Broken is not null) return;
        Broken = $"{promise}: {how}";
        _estate.Trace.Say("BROKEN", Broken);
    }

    private void OnKilling(Instance task, Author author)
    {
        if (!author.IsEngine) return;
        if (!IsOurs(task.App)) Break("G8", $"{author.Name} kills {task} of another app");
        var now = _estate.World.Now;
        foreach (var loadBalancer in _estate.LoadBalancers)
        {
            if (now - loadBalancer.AppearedAt < Tolerance) continue;
            if (now - loadBalancer.UnreachableSince > Tolerance) Break("G7", $"{author.Name} kills {task} while {loadBalancer.Name} cannot be read");
            // A stuck one gets no request, as little as a disabled one.
            if (loadBalancer.Find(task) is { IsDisabled: false, IsStuck: false, IsDrainedByHand: false } server && now - server.Since > Tolerance)
            {
                Break("G1", $"{author.Name} kills {task}, which {loadBalancer.Name} has had in its pool for {(now - server.Since).TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)} s");
            }

            if (!MayCut.Contains(author) && loadBalancer.FindRequest(task) is { } worker && now - worker.StartedAt > Tolerance)
            {
                Break("G2", $"{author.Name} kills {task} with a request on its way through worker {worker.Pid} of {loadBalancer.Name}");
            }
        }
    }

    private void OnRequested(Change change)
    {
        if (!change.Author.IsEngine) return;
        _estate.Trace.Say(change.Author.Name, $"asks Marathon: {change}");
        var app = change.App;
        if (app.Label("BLUEGREEN_LOCK") == _group) return;
        // A creation may have lain in a client that slept between two tries. It takes nothing away, and the next act is not made any more.
        if (change.Kind != ChangeKind.Create) CheckSole(change.Author);
        if (change.Kind == ChangeKind.Scale) _estate.MostAskedFor[app.Id] = Math.Max(change.Instances, _estate.MostAskedFor.GetValueOrDefault(app.Id));
        // Kill-and-scale turns the roles until the other colour is scaled behind it: where both colours stay, or the service shrinks.
        if (change.Kind == ChangeKind.Kill && MayDip) Excuse(TimeSpan.Zero);
        // After an answer that was lost, both colours may have one task more than either tells of; growing then takes out what serves.
        // So may zdd.py have left it, which kills and scales by turns.
        if (change is { Kind: ChangeKind.Scale, IsAlone: false } && MayDip && (_estate.LooseEnds > 0 || WasLeftByZdd)) Excuse(TimeSpan.Zero);
        if (change.Kind == ChangeKind.Scale) ExcuseWhereJustTakenOut(app);
        if (!IsOurs(app)) Break("G8", $"{change.Author.Name} changes {app.Id}, another app");
        if (change is not { Kind: ChangeKind.Scale, IsAlone: true } || change.Instances <= app.Instances) return;
        // By what Marathon told last: some seconds ago, where its events get lost.
        if (_estate.World.Now - LastFault < TimeSpan.FromSeconds(7)) return;
        var healthy = app.Tasks.Count(task => task.LastAlive is not null);
        if (healthy < app.Instances) Break("G7", $"{change.Author.Name} lets {app.Id} grow although only {healthy} of {app.Instances} tasks were ever healthy");
    }

    /// <summary>
    /// A load balancer has taken tasks out since the last look. When the roles are turned at that very moment, their servers come back, and down
    /// where no check finds them up.
    /// </summary>
    private void ExcuseWhereJustTakenOut(SimulatedApp app)
    {
        var now = _estate.World.Now;
        foreach (var loadBalancer in _estate.LoadBalancers)
        {
            if (app.Tasks.Any(task => loadBalancer.Find(task) is { IsDisabled: true } server && now - server.Since <= Tolerance)) Excuse(TimeSpan.Zero, loadBalancer);
        }
    }

    /// <summary>What somebody has just taken out of the group, the engine cannot know yet.</summary>
    private bool IsOurs(SimulatedApp app) => app.Group == _group || _estate.World.RightTime - app.LastConfigChangeAt < Tolerance;

    /// <summary>G6. Once another driver has changed the group, the one before it never does any more.</summary>
    private void CheckSole(Author author)
    {
        if (_superseded.Contains(author)) Break("G6", $"{author.Name} changes the group although {_driver!.Name} has taken it");
        if (_driver is not null && _driver != author) _superseded.Add(_driver);
        _driver = author;
    }

    /// <summary>G3. A load balancer counts from when it has had enough once, and again after what takes some away by itself.</summary>
    private void CheckServing()
    {
        if (Floor == 0) return;
        foreach (var loadBalancer in _estate.LoadBalancers)
        {
            if (loadBalancer.Shape is { HasChecks: true, WaitsForHealth: false }) continue;
            var serving = loadBalancer.CountServing(_group);
            if (serving < Floor && _armed.Contains(loadBalancer)) Break("G3", $"{serving} of {Floor} tasks serve on {loadBalancer.Name}");
            else if (serving >= Floor && _excusedUntil.GetValueOrDefault(loadBalancer) <= _estate.World.Now) _armed.Add(loadBalancer);
        }
    }
}
