using BlueGreen.Engine.Haproxy;

namespace BlueGreen.Engine.Deployment.Judging;

/// <summary>Where a task stands on one load balancer instance.</summary>
internal enum PoolState
{
    /// <summary>None of its servers is there.</summary>
    Absent,

    /// <summary>Gets requests on at least one of its servers.</summary>
    Serving,

    /// <summary>Gets none at the moment, but was not taken out on purpose: fails its check, or a status that is not known.</summary>
    Faltering,

    /// <summary>Taken out of the pool on all its servers.</summary>
    Out,

    /// <summary>
    /// Gets none and never will, until somebody says so to HAProxy: it came back into the pool, and no check finds its servers up
    /// (<see cref="HaproxyServerStat.IsStopped"/>). Of its sessions the same can be said as of one that was taken out.
    /// </summary>
    Stopped,
}

/// <summary>What is known of one task on one load balancer instance. Folded from consistent readings only.</summary>
internal sealed record DrainRecord
{
    /// <summary>For how long a task that was never listed may still be about to be: the time a load balancer takes to hear of it.</summary>
    private static readonly TimeSpan Listing = TimeSpan.FromSeconds(5);

    private const int MaxSamples = 40;

    public required string TaskId { get; init; }

    public required string LoadBalancer { get; init; }

    public ImmutableArray<string> Servers { get; init; } = [];

    public PoolState State { get; init; }

    /// <summary>Those of its servers that nothing but a word to HAProxy brings up again, though others may serve; as <see cref="Servers"/>.</summary>
    public ImmutableArray<string> Stopped { get; init; } = [];

    /// <summary>True once the task was seen among the servers.</summary>
    public bool WasInPool { get; init; }

    /// <summary>When it was first seen out of the pool, without having come back since.</summary>
    public DateTimeOffset? OutSince { get; init; }

    /// <summary>The processes that may have had sessions on it at that moment and have not ended since.</summary>
    public ImmutableSortedSet<int> Suspects { get; init; } = [];

    /// <summary>The serving process at the last reading.</summary>
    public int Serving { get; init; }

    /// <summary>How many times the HAProxy had been started afresh by then.</summary>
    public int Restarts { get; init; }

    /// <summary>Whether the serving process had sessions on the task then.</summary>
    public bool HadPending => Pending > 0;

    public DateTimeOffset? IdleSince { get; init; }

    public DateTimeOffset CheckedAt { get; init; }

    public long TotalSessions { get; init; }

    /// <summary>Sessions and queue in the serving process at the last reading.</summary>
    public int Pending { get; init; }

    /// <summary>What the suspects had pending at the last reading, as far as sockets told; null when none told.</summary>
    public int? PendingInOldWorkers { get; init; }

    /// <summary>True when it is out of the pool, or certainly not about to come into it.</summary>
    public bool IsOut { get; init; }

    /// <summary>What the task's own gauge of pending operations told; null where it does not count.</summary>
    public WorkRecord? Work { get; init; }

    /// <summary>By which sockets suspects were cleared since it left the pool.</summary>
    public DrainEvidence ClearedBy { get; init; }

    /// <summary>What was pending over time: an entry for each change since it left the pool.</summary>
    public ImmutableArray<DrainSample> Samples { get; init; } = [];

    /// <summary>The suspects that could not be explained as a master or somebody else's process.</summary>
    public ImmutableSortedSet<int> Blockers { get; init; } = [];

    /// <summary>Those of the instance's processes that were there before the first look.</summary>
    public ImmutableSortedSet<int> Unexplained { get; init; } = [];

    /// <summary>Whether the instance said that there is a master; null while it has not.</summary>
    public bool? HasMaster { get; init; }

    public bool IsIdle => IdleSince is not null;

    /// <summary>Folds one consistent reading in.</summary>
    /// <param name="servers">The task's servers in the reading.</param>
    /// <param name="processes">The processes of the reading's instance, the reading folded in.</param>
    /// <param name="workers">What HAProxy's sockets told of processes that no longer serve.</param>
    /// <param name="explain">Takes away those processes that cannot have sessions on the task.</param>
    /// <param name="at">The reading's time.</param>
    public DrainRecord Next(
        ImmutableArray<HaproxyServerStat> servers, ProcessHistory processes, ImmutableArray<WorkerReading> workers,
        Func<ImmutableSortedSet<int>, ImmutableSortedSet<int>> explain, DateTimeOffset at)
    {
        // A HAProxy that was started afresh is looked at as if for the first time: what the processes of before had pending died with them.
        if (processes.Restarts != Restarts) return (Forgotten() with { Restarts = processes.Restarts }).Next(servers, processes, workers, explain, at);
        var state = StateOf(servers);
        var (pending, total) = (0, 0L);
        foreach (var server in servers) (pending, total) = (pending + server.CurrentSessions + server.CurrentQueue, total + server.TotalSessions);
        var seen = this with
        {
            State = state,
            Servers = servers.IsEmpty || AreNamed(servers) ? Servers : [.. servers.Select(s => s.FullName)],
            Stopped = servers.Any(s => s.IsStopped) ? [.. servers.Where(s => s.IsStopped).Select(s => s.FullName)] : [],
            WasInPool = WasInPool || !servers.IsEmpty,
            Serving = processes.Serving,
            Unexplained = processes.Unexplained,
            HasMaster = processes.HasMaster,
            Pending = pending,
            CheckedAt = at,
            TotalSessions = Math.Max(TotalSessions, total),
        };
        if (state is not (PoolState.Serving or PoolState.Faltering)) return Leave(seen, processes, workers, explain, at);
        // Back in the pool: whatever was known of its sessions is worth nothing any more.
        return OutSince is null ? seen : seen.Forgotten();
    }

    private DrainRecord Leave(
        DrainRecord seen, ProcessHistory processes, ImmutableArray<WorkerReading> workers,
        Func<ImmutableSortedSet<int>, ImmutableSortedSet<int>> explain, DateTimeOffset at)
    {
        var suspects = OutSince is null ? processes.Suspects(at) : processes.StillSuspect(Suspects.Union(CameSince(processes, at)));
        var (inOldWorkers, clearedBy) = ((int?)null, seen.ClearedBy);
        // Without sockets nothing clears any.
        if (!suspects.IsEmpty && !(workers.IsEmpty && processes.Spent.IsEmpty)) (suspects, inOldWorkers, clearedBy) = seen.Clear(suspects, processes, workers, at);
        return (seen with
        {
            OutSince = OutSince ?? at,
            Suspects = suspects,
            Blockers = explain(suspects),
            PendingInOldWorkers = inOldWorkers,
            ClearedBy = clearedBy,
            IsOut = seen.State == PoolState.Out || seen.WasInPool || at - (OutSince ?? at) >= Listing,
        }).Sample(at);
    }

    /// <summary>Takes away those suspects of which sockets told that they have nothing pending; and says what they told of the others, and which sockets.</summary>
    private (ImmutableSortedSet<int> Suspects, int? Pending, DrainEvidence By) Clear(
        ImmutableSortedSet<int> suspects, ProcessHistory processes, ImmutableArray<WorkerReading> workers, DateTimeOffset at)
    {
        var spent = suspects.Where(processes.Spent.ContainsKey).ToList();
        suspects = suspects.Except(spent);
        // With no name for its servers nothing that a socket told can be about it.
        var told = workers.Where(w => !Servers.IsEmpty && suspects.Contains(w.ProcessId)).ToLookup(w => w.ProcessId);
        var cleared = told.Where(same => same.All(w => w.PendingOn(Servers) == 0 && processes.IsSettled(w.ProcessId, w.Connections, at))).ToList();
        return (
            suspects.Except(cleared.Select(same => same.Key)),
            told.Count > 0 ? told.Sum(same => same.Max(w => w.PendingOn(Servers))) : null,
            spent.Aggregate(ClearedBy | ProcessHistory.EvidenceOf(cleared.SelectMany(same => same)), (all, pid) => all | processes.Spent[pid]));
    }

    /// <summary>Says whether the task is idle, after all of a look was folded in.</summary>
    /// <param name="processes">The processes of the instance.</param>
    /// <param name="work">What the task's own gauge of pending operations told; null where it does not count.</param>
    public DrainRecord Conclude(ProcessHistory processes, WorkRecord? work)
    {
        // What is known to be pending counts, whatever a gauge says; an old process of which nothing is known, the gauge makes up for.
        var isKnownBusy = HadPending || PendingInOldWorkers > 0;
        var idle = IsOut && !isKnownBusy && work is null or { IsIdle: true } && (Blockers.IsEmpty || (work is not null && AreSettled(processes)));
        DateTimeOffset? idleSince = idle ? IdleSince ?? CheckedAt : null;
        return work == Work && idleSince == IdleSince ? this : this with { Work = work, IdleSince = idleSince };
    }

    /// <summary>True when none of the blockers can take up a request any more.</summary>
    private bool AreSettled(ProcessHistory processes) => Blockers.All(pid => processes.IsSettled(pid, connections: null, CheckedAt));

    /// <summary>As one of a task that was never out of the pool.</summary>
    private DrainRecord Forgotten() =>
        this with { OutSince = null, IsOut = false, IdleSince = null, Suspects = [], Blockers = [], ClearedBy = DrainEvidence.None, PendingInOldWorkers = null, Samples = [] };

    private DrainRecord Sample(DateTimeOffset at)
    {
        var now = new DrainSample(at, Pending, PendingInOldWorkers);
        return Samples.Length > 0 && Samples[Samples.Length - 1] with { At = at } == now ? this
            // The first says where it began; of the rest the latest are worth most.
            : this with { Samples = (Samples.Length < MaxSamples ? Samples : Samples.RemoveAt(1)).Add(now) };
    }

    /// <summary>True for the servers whose names are known already, as at nearly every look.</summary>
    private bool AreNamed(ImmutableArray<HaproxyServerStat> servers)
    {
        if (servers.Length != Servers.Length) return false;
        for (var i = 0; i < servers.Length; i++)
        {
            var (name, backend, server) = (Servers[i], servers[i].Backend, servers[i].Server);
            if (name.Length != backend.Length + 1 + server.Length || name[backend.Length] != '/') return false;
            if (!name.StartsWith(backend, StringComparison.Ordinal) || !name.EndsWith(server, StringComparison.Ordinal)) return false;
        }

        return true;
    }

    /// <summary>Processes that may have got sessions on the task between the last reading and this one.</summary>
    private ImmutableSortedSet<int> CameSince(ProcessHistory processes, DateTimeOffset at)
    {
        if (processes.Serving == Serving) return [];
        // A reload in between: the process that served before takes its sessions with it, and one that came and went as the
        // serving one unseen may have had the task in its pool.
        var came = processes.Suspects(at).Except(processes.EverServed).Except(processes.Unexplained);
        return HadPending ? came.Add(Serving) : came;
    }

    private static PoolState StateOf(ImmutableArray<HaproxyServerStat> servers) =>
        servers.IsEmpty ? PoolState.Absent
        : servers.Any(s => s.State == ServerState.Serving) ? PoolState.Serving
        : servers.All(s => s.IsOutOfPool) ? PoolState.Out
        : servers.All(s => s.IsOutOfPool || s.IsStopped) ? PoolState.Stopped
        : PoolState.Faltering;
}
