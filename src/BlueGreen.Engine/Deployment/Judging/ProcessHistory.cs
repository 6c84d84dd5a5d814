using BlueGreen.Engine.Haproxy;

namespace BlueGreen.Engine.Deployment.Judging;

/// <summary>
/// What is known of the HAProxy processes that one load balancer instance names, learned from one reading after the other.
/// A reload starts a new serving process and leaves the old one alive until its last session has ended; the statistics of the
/// serving process say nothing about those sessions. So each process has to be told apart: old worker, master, or somebody else's.
/// </summary>
internal sealed record ProcessHistory
{
    /// <summary>A new worker serves within moments; a process that does not for this long is not a worker of this instance.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(10);

    /// <summary>How long a HAProxy may take from its start until it serves; it is a second or so with ten thousand servers.</summary>
    private static readonly TimeSpan Startup = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Presumption = TimeSpan.FromSeconds(30);

    /// <summary>How many times the HAProxy was started afresh since the first reading.</summary>
    public int Restarts { get; init; }

    /// <summary>The serving process at the last reading.</summary>
    public required int Serving { get; init; }

    /// <summary>All processes at the last reading.</summary>
    public required ImmutableSortedSet<int> Alive { get; init; }

    /// <summary>Processes that were there before the first reading and did not serve: a master, old workers, or others.</summary>
    public required ImmutableSortedSet<int> Unexplained { get; init; }

    /// <summary>Every process that was ever seen serving here.</summary>
    public required ImmutableSortedSet<int> EverServed { get; init; }

    /// <summary>Processes that came without a reload, with the time of their coming: other people's, once they are settled.</summary>
    public ImmutableSortedDictionary<int, DateTimeOffset> Strangers { get; init; } = ImmutableSortedDictionary<int, DateTimeOffset>.Empty;

    /// <summary>
    /// True once the serving process was seen alone: then there is no master, and an unexplained process is never taken for one.
    /// </summary>
    public bool WasSeenAlone { get; init; }

    /// <summary>Whether the instance said that there is a master; null while it has not.</summary>
    public bool? HasMaster { get; init; }

    /// <summary>The master, once a socket has told which process it is.</summary>
    public int? Master { get; init; }

    /// <summary>Since when a process is known not to serve any more.</summary>
    public ImmutableSortedDictionary<int, DateTimeOffset> RetiredAt { get; init; } = ImmutableSortedDictionary<int, DateTimeOffset>.Empty;

    /// <summary>
    /// Processes that no longer serve and of which a socket told that they have nothing pending on any of the servers in question: since they
    /// take no new connections, that stays so. With each, by which socket it is known.
    /// </summary>
    public ImmutableSortedDictionary<int, DrainEvidence> Spent { get; init; } = ImmutableSortedDictionary<int, DrainEvidence>.Empty;

    /// <summary>How many masters may be among the processes that were there before the first look.</summary>
    /// <remarks>
    /// A HAProxy that is not in master-worker mode may have an old worker in the place where another one has its master. Where it does not
    /// tell, it is taken for one that has a master, as marathon-lb's are from HAProxy 1.8 on (its <c>service/haproxy/run</c>), but not before the
    /// process has outlived the last reload by longer than a request without traffic can (30 s in marathon-lb's configuration).
    /// </remarks>
    public int UnknownMasters(DateTimeOffset at)
    {
        if (Master is not null || WasSeenAlone) return 0;
        return HasMaster ?? Unexplained.All(pid => at - RetiredAt[pid] >= Presumption) ? 1 : 0;
    }

    public static ProcessHistory Begin(LoadBalancerReading reading)
    {
        var processes = reading.Processes!;
        // Before the first look it is not seen who serves. The serving process's age is measured from the reading of its configuration,
        // and the others were told to end somewhat later.
        var reloadedAt = reading.At - (processes.Uptime > Startup ? processes.Uptime - Startup : TimeSpan.Zero);
        return new ProcessHistory
        {
            Serving = processes.Serving,
            Alive = processes.All,
            Unexplained = processes.Others,
            EverServed = [processes.Serving],
            WasSeenAlone = processes.Others.IsEmpty,
            RetiredAt = processes.Others.ToImmutableSortedDictionary(pid => pid, _ => reloadedAt),
        }.Learn(reading);
    }

    public ProcessHistory Next(LoadBalancerReading reading)
    {
        var (processes, at) = (reading.Processes!, reading.At);
        // Most looks come upon the same processes as the one before.
        if (processes.Serving == Serving && processes.All.SetEquals(Alive)) return Learn(reading);
        if (IsAnother(processes)) return Begin(reading) with { Restarts = Restarts + 1 };
        var arrived = processes.Others.Except(Alive);
        var reloaded = processes.Serving != Serving;
        // What comes with a reload may have served in between, unseen; what was still unsettled then, too.
        var strangers = Strangers.RemoveRange(Strangers.Keys.Where(pid => !processes.All.Contains(pid) || pid == processes.Serving));
        strangers = reloaded
            ? strangers.RemoveRange(strangers.Where(s => at - s.Value < Settling).Select(s => s.Key).ToList())
            : strangers.AddRange(arrived.Select(pid => new KeyValuePair<int, DateTimeOffset>(pid, at)));
        return (this with
        {
            Serving = processes.Serving,
            Alive = processes.All,
            Unexplained = Unexplained.Intersect(processes.All).Remove(processes.Serving),
            EverServed = EverServed.Intersect(processes.All).Add(processes.Serving),
            Strangers = strangers,
            WasSeenAlone = WasSeenAlone || processes.Others.IsEmpty,
            RetiredAt = processes.Others.ToImmutableSortedDictionary(pid => pid, pid => RetiredAt.TryGetValue(pid, out var since) ? since : at),
            Spent = Spent.RemoveRange(Spent.Keys.Except(processes.Others)),
            Master = Master is { } master && processes.All.Contains(master) ? master : null,
        }).Learn(reading);
    }

    /// <summary>The processes that may have sessions which the serving process does not count.</summary>
    public ImmutableSortedSet<int> Suspects(DateTimeOffset at) =>
        StillSuspect(Alive).Except(Strangers.Where(s => at - s.Value >= Settling).Select(s => s.Key));

    /// <summary>Those of the processes that live, but for the serving process and the master.</summary>
    public ImmutableSortedSet<int> StillSuspect(ImmutableSortedSet<int> suspects)
    {
        // Most looks leave all of them.
        for (var i = suspects.Count - 1; i >= 0; i--)
        {
            var pid = suspects[i];
            if (pid == Serving || pid == Master || !Alive.Contains(pid)) suspects = suspects.Remove(pid);
        }

        return suspects;
    }

    /// <summary>True when the process can take up no request any more: it has been out of service for long enough, or nobody is connected to it.</summary>
    /// <param name="pid">The process.</param>
    /// <param name="connections">Its connections of clients; null where it does not tell.</param>
    /// <param name="at">Now.</param>
    public bool IsSettled(int pid, int? connections, DateTimeOffset at) =>
        RetiredAt.TryGetValue(pid, out var since) && (connections == 0 || at - since >= LateRequests.Limit);

    /// <summary>
    /// True when the two instances name each other's serving process: they share a space of process ids, and each sees the other's
    /// processes. In separate spaces this cannot be, since a serving process is the youngest worker of its own.
    /// </summary>
    public bool SharesProcessesWith(ProcessHistory other) =>
        Serving != other.Serving && Alive.Contains(other.Serving) && other.Alive.Contains(Serving);

    /// <summary>By which sockets something is known.</summary>
    public static DrainEvidence EvidenceOf(IEnumerable<WorkerReading> readings) => readings.Aggregate(
        DrainEvidence.None, (all, w) => all | (w.Source == WorkerSource.MasterSocket ? DrainEvidence.MasterSocket : DrainEvidence.AdminSocket));

    /// <summary>
    /// True when the HAProxy of these processes is not the one of before: it died, and was started afresh. A reload leaves the master, which
    /// was there before the first reading, and when a master dies all its workers do.
    /// </summary>
    private bool IsAnother(ProcessSet processes) =>
        HasMaster == true && !WasSeenAlone
        && !processes.All.Overlaps(Unexplained) && !processes.All.Overlaps(EverServed) && !(Master is { } master && processes.All.Contains(master));

    /// <summary>Takes up what HAProxy's sockets and metrics told.</summary>
    private ProcessHistory Learn(LoadBalancerReading reading)
    {
        var told = reading.Sockets;
        if (told == SocketReading.None && (reading.Processes!.HasMaster ?? HasMaster) == HasMaster) return this;
        return this with
        {
            HasMaster = reading.Processes!.HasMaster ?? told.HasMaster ?? HasMaster,
            Master = told.Master is { } master && Alive.Contains(master) ? master : Master,
            Spent = told.OldWorkers.IsEmpty ? Spent : Spent.SetItems(SpentOf(told.OldWorkers, reading.At)),
        };
    }

    private IEnumerable<KeyValuePair<int, DrainEvidence>> SpentOf(ImmutableArray<WorkerReading> workers, DateTimeOffset at) => workers.ToLookup(w => w.ProcessId)
        .Where(same => Alive.Contains(same.Key) && same.Key != Serving && same.All(w => w.Sessions.IsEmpty && IsSettled(w.ProcessId, w.Connections, at)))
        .Select(same => new KeyValuePair<int, DrainEvidence>(same.Key, EvidenceOf(same)));
}
