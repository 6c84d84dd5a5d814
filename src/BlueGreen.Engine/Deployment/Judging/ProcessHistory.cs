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

    public static ProcessHistory Begin(ProcessSet processes) => new()
    {
        Serving = processes.Serving,
        Alive = processes.All,
        Unexplained = processes.Others,
        EverServed = [processes.Serving],
        WasSeenAlone = processes.Others.IsEmpty,
    };

    public ProcessHistory Next(ProcessSet processes, DateTimeOffset at)
    {
        var arrived = processes.Others.Except(Alive);
        var reloaded = processes.Serving != Serving;
        // What comes with a reload may have served in between, unseen; what was still unsettled then, too.
        var strangers = Strangers.RemoveRange(Strangers.Keys.Where(pid => !processes.All.Contains(pid) || pid == processes.Serving));
        strangers = reloaded
            ? strangers.RemoveRange(strangers.Where(s => at - s.Value < Settling).Select(s => s.Key).ToList())
            : strangers.AddRange(arrived.Select(pid => new KeyValuePair<int, DateTimeOffset>(pid, at)));
        return this with
        {
            Serving = processes.Serving,
            Alive = processes.All,
            Unexplained = Unexplained.Intersect(processes.All).Remove(processes.Serving),
            EverServed = EverServed.Intersect(processes.All).Add(processes.Serving),
            Strangers = strangers,
            WasSeenAlone = WasSeenAlone || processes.Others.IsEmpty,
        };
    }

    /// <summary>The processes that may have sessions which the serving process does not count.</summary>
    public ImmutableSortedSet<int> Suspects(DateTimeOffset at) =>
        Alive.Remove(Serving).Except(Strangers.Where(s => at - s.Value >= Settling).Select(s => s.Key));

    /// <summary>
    /// True when the two instances name each other's serving process: they share a space of process ids, and each sees the other's
    /// processes. In separate spaces this cannot be, since a serving process is the youngest worker of its own.
    /// </summary>
    public bool SharesProcessesWith(ProcessHistory other) =>
        Serving != other.Serving && Alive.Contains(other.Serving) && other.Alive.Contains(Serving);
}
