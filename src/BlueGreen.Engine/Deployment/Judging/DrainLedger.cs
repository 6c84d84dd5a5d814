using BlueGreen.Engine.Deployment.Observing;
using BlueGreen.Engine.Haproxy;
using BlueGreen.Engine.Marathon;

namespace BlueGreen.Engine.Deployment.Judging;

/// <summary>
/// What the observations so far prove about pending work, by task and load balancer instance. Immutable: each observation makes
/// the next ledger. A reading that is not consistent teaches nothing and makes nothing known forgotten.
/// </summary>
internal sealed record DrainLedger
{
    public static DrainLedger Empty { get; } = new();

    public ImmutableDictionary<string, ProcessHistory> Processes { get; init; } = ImmutableDictionary<string, ProcessHistory>.Empty;

    public ImmutableDictionary<(string TaskId, string LoadBalancer), DrainRecord> Records { get; init; } =
        ImmutableDictionary<(string, string), DrainRecord>.Empty;

    /// <summary>What each task's own gauge of pending operations told.</summary>
    public ImmutableDictionary<string, WorkRecord> Work { get; init; } = ImmutableDictionary<string, WorkRecord>.Empty;

    public DrainLedger Next(Observation seen)
    {
        var consistent = seen.LoadBalancers.Where(r => r is { Quality: ReadingQuality.Consistent, Processes: not null }).ToList();
        var processes = Processes.SetItems(consistent.Select(r => new KeyValuePair<string, ProcessHistory>(
            r.Instance.Name,
            Processes.TryGetValue(r.Instance.Name, out var history) ? history.Next(r) : ProcessHistory.Begin(r))));
        var learned = this with { Processes = processes };
        var folded = consistent.SelectMany(reading => learned.Fold(seen.Apps, reading)).ToList();
        var work = seen.AsksPendingOperations ? (this with { Records = With(folded.Select(f => f.Record)) }).Hear(seen) : Work;
        // Only when all of the look is folded in it is known of each task whether it is idle.
        return learned with
        {
            Work = work,
            Records = With(folded.Select(f => f.Record.Conclude(
                processes[f.Record.LoadBalancer], Asks(seen, f.Task) ? work.GetValueOrDefault(f.Task.Id, WorkRecord.Unknown) : null))),
        };
    }

    /// <summary>Folds the gauges in.</summary>
    private ImmutableDictionary<string, WorkRecord> Hear(Observation seen)
    {
        var readings = seen.PendingOperations.ToDictionary(reading => reading.TaskId, StringComparer.Ordinal);
        var work = Work;
        foreach (var task in seen.Apps.SelectMany(app => app.Tasks))
        {
            var states = seen.LoadBalancers.Select(r => Find(task.Id, r.Instance)?.State).ToList();
            // While a request may still be sent to it, a zero says nothing.
            if (states.Contains(PoolState.Serving) || states.Contains(PoolState.Faltering)) work = work.Remove(task.Id);
            else if (readings.TryGetValue(task.Id, out var reading)) work = work.SetItem(task.Id, work.GetValueOrDefault(task.Id, WorkRecord.Unknown).Next(reading));
        }

        return work;
    }

    /// <summary>A task that has not begun to run has nothing pending, and nobody to ask.</summary>
    private static bool Asks(Observation seen, MarathonTask task) => seen.AsksPendingOperations && task.State is not ("TASK_STAGING" or "TASK_STARTING");

    private ImmutableDictionary<(string, string), DrainRecord> With(IEnumerable<DrainRecord> records)
    {
        var all = Records.ToBuilder();
        foreach (var record in records) all[(record.TaskId, record.LoadBalancer)] = record;
        return all.ToImmutable();
    }

    public DrainRecord? Find(string taskId, LoadBalancerInstance instance) => Records.GetValueOrDefault((taskId, instance.Name));

    /// <summary>Folds one reading in, for every task.</summary>
    private IEnumerable<(MarathonTask Task, DrainRecord Record)> Fold(ImmutableArray<MarathonApp> apps, LoadBalancerReading reading)
    {
        var (name, servers) = (reading.Instance.Name, new TaskServers(reading.Servers));
        var processes = Processes[name];
        Func<ImmutableSortedSet<int>, ImmutableSortedSet<int>> explain = suspects => Explain(name, suspects, reading.At);
        foreach (var app in apps)
        {
            foreach (var task in app.Tasks)
            {
                var last = Records.GetValueOrDefault((task.Id, name)) ?? new DrainRecord { TaskId = task.Id, LoadBalancer = name };
                yield return (task, last.Next(servers.Of(app, task), processes, reading.Sockets.OldWorkers, explain, reading.At));
            }
        }
    }

    /// <summary>Takes away those suspects that are somebody else's, or that must be the masters.</summary>
    private ImmutableSortedSet<int> Explain(string loadBalancer, ImmutableSortedSet<int> suspects, DateTimeOffset at)
    {
        if (suspects.IsEmpty) return suspects;
        var own = Processes[loadBalancer];
        var (left, masters) = (suspects, own.UnknownMasters(at));
        foreach (var neighbour in Processes.Where(p => p.Key != loadBalancer && own.SharesProcessesWith(p.Value)).Select(p => p.Value))
        {
            left = left.Except(neighbour.EverServed);
            if (neighbour.Master is { } master) left = left.Remove(master);
            masters += neighbour.UnknownMasters(at);
        }

        // Each instance in this space of process ids has at most one master, which was there before the first look and never ends.
        // As many unexplained processes as there can be masters are the masters. One more, and any of them may be an old worker.
        var unexplained = left.Where(own.Unexplained.Contains).ToList();
        return unexplained.Count <= masters ? left.Except(unexplained) : left;
    }
}
