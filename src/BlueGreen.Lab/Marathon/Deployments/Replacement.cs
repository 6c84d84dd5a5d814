using BlueGreen.Lab.Marathon.Instances;
using BlueGreen.Lab.Marathon.State;

namespace BlueGreen.Lab.Marathon.Deployments;

/// <summary>
/// Where a rolling replacement of an app's instances stands, and what may be done next. Rules:
/// <c>TaskReplaceActor.scala</c> of mesosphere/marathon at 90619da.
/// </summary>
internal sealed class Replacement
{
    private readonly AppDefinition _app;
    private readonly InstanceTracker _tracker;
    private readonly ReadinessWatch _readiness;
    private readonly List<Instance> _old;
    private readonly Queue<Instance> _toKill;
    private readonly HashSet<Instance> _madeRoom = [];
    private readonly int _maxCapacity;
    private readonly int _killAtOnce;
    private int _oldLeft;

    public Replacement(AppDefinition app, InstanceTracker tracker, ReadinessWatch readiness)
    {
        (_app, _tracker, _readiness) = (app, tracker, readiness);
        var current = tracker.OfApp(app.Id);
        _old = [.. current.Where(i => i.App.Version != app.Version && i.Goal == Goal.Running)];
        _oldLeft = _old.Count;
        _toKill = new Queue<Instance>(_old.OrderBy(i => i.IsConsideredHealthy));

        var healthy = current.Count(i => i.Goal == Goal.Running && i.IsConsideredHealthy);
        var minHealthy = (int)Math.Ceiling(app.Instances * app.MinimumHealthCapacity);
        _maxCapacity = (int)(app.Instances * (1 + app.MaximumOverCapacity));
        _killAtOnce = Math.Max(0, healthy - minHealthy);
        // Without room on either side nothing could ever move: one instance more is allowed then.
        if (minHealthy == _maxCapacity && _maxCapacity <= healthy) _maxCapacity++;
        if (app.Instances < current.Count) _killAtOnce = Math.Max(current.Count - app.Instances, _killAtOnce);
    }

    public bool IsDone => OldActive.Count == 0 && New.Count(_readiness.IsGood) == _app.Instances;

    /// <summary>Whether something has happened that allows a next move.</summary>
    public bool HasNews => IsDone || OldActive.Count < _oldLeft || DiedAlone.Any() || NewlyGood.Any();

    private List<Instance> OldActive => [.. _old.Where(i => i.IsActive || i.IsScheduled)];

    private List<Instance> New => [.. _tracker.OfApp(_app.Id).Where(i => i.Goal == Goal.Running && !_old.Contains(i))];

    private IEnumerable<Instance> DiedAlone => _old.Where(i => i.IsTerminal && i.Goal == Goal.Running);

    private IEnumerable<Instance> NewlyGood => New.Where(i => !_madeRoom.Contains(i) && _readiness.IsGood(i));

    public IReadOnlyList<Instance> TakeToKillAtOnce() => Take(_killAtOnce);

    /// <summary>For each new instance that has become good, one old one may go; so may an old one that died by itself.</summary>
    public IReadOnlyList<Instance> TakeToKill()
    {
        _oldLeft = OldActive.Count;
        var diedAlone = DiedAlone.ToList();
        var good = NewlyGood.ToList();
        _madeRoom.UnionWith(good);
        return [.. diedAlone, .. Take(good.Count)];
    }

    public int TakeToLaunch()
    {
        var started = New.Count;
        var room = Math.Max(0, _maxCapacity - OldActive.Count - started);
        return Math.Min(Math.Max(0, _app.Instances - started), room);
    }

    private List<Instance> Take(int count)
    {
        var taken = new List<Instance>();
        while (taken.Count < count && _toKill.TryDequeue(out var next))
        {
            if (next.Goal == Goal.Running) taken.Add(next);
        }

        return taken;
    }
}
