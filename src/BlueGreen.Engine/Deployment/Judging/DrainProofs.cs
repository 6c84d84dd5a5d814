using BlueGreen.Engine.Deployment.Observing;
using BlueGreen.Engine.Haproxy;
using BlueGreen.Engine.Marathon;

namespace BlueGreen.Engine.Deployment.Judging;

/// <summary>Turns what the ledger knows into proofs that a person can read.</summary>
internal static class DrainProofs
{
    /// <summary>One proof for each load balancer that was read, or should have been.</summary>
    public static ImmutableArray<DrainProof> Of(MarathonTask task, Observation seen, DrainLedger ledger) =>
        [.. seen.LoadBalancers.Select(reading => Of(task, reading, ledger.Find(task.Id, reading.Instance)))];

    private static DrainProof Of(MarathonTask task, LoadBalancerReading reading, DrainRecord? record)
    {
        var waitsFor = WaitsFor(reading, record);
        return new DrainProof
        {
            TaskId = task.Id,
            AppId = task.AppId,
            LoadBalancer = reading.Instance.Name,
            Servers = record?.Servers ?? [],
            IsDrained = waitsFor is null,
            Evidence = waitsFor is not null || record is null ? DrainEvidence.None
                : EvidenceOf(record),
            OutOfPoolSince = record?.OutSince,
            IdleSince = record?.IdleSince,
            CheckedAt = record?.CheckedAt,
            TotalSessions = record?.TotalSessions ?? 0,
            Sessions = record?.Samples ?? [],
            PendingOperations = record?.Work?.Count,
            WaitingForProcesses = record is null ? [] : [.. record.Blockers],
            WaitsFor = waitsFor,
        };
    }

    private static DrainEvidence EvidenceOf(DrainRecord record)
    {
        var processes = !record.WasInPool ? DrainEvidence.NeverInPool : record.Blockers.IsEmpty ? DrainEvidence.ProcessSet : DrainEvidence.None;
        return record.ClearedBy | processes | (record.Work is null ? DrainEvidence.None : DrainEvidence.PendingOperations);
    }

    private static string? WaitsFor(LoadBalancerReading reading, DrainRecord? record)
    {
        if (reading.Quality != ReadingQuality.Consistent) return reading.Problem ?? "the load balancer cannot be read";
        if (record is null) return "the load balancer was not read yet";
        return record.State switch
        {
            PoolState.Serving => "it still gets requests",
            PoolState.Faltering => "it is down there, not taken out of the pool",
            _ when record.HadPending => "requests are in flight or queued",
            _ when record.PendingInOldWorkers > 0 => $"{record.PendingInOldWorkers} {(record.PendingInOldWorkers == 1 ? "request is" : "requests are")} in flight in processes from before the last reload",
            _ when record.IsIdle => null,
            _ when record.Work?.WaitsFor is { } work => work,
            _ when !record.Blockers.IsEmpty => Processes(record) + (reading.Sockets.Problem is { } problem ? $" ({problem})" : ""),
            _ => "the load balancer does not list it, and may be about to",
        };
    }

    private static string Processes(DrainRecord record)
    {
        var (blockers, one) = (record.Blockers, record.Blockers.Count == 1);
        var processes = $"HAProxy {(one ? "process" : "processes")} {string.Join(", ", blockers)}";
        // Which of several that were there before the first look is an old worker, and which somebody else's, nothing tells.
        return blockers.All(record.Unexplained.Contains)
            ? $"{processes} {(one ? "was" : "were")} there before the first look: {(one ? "it" : "one of them")} may be an old worker with connections, or belong to another HAProxy{(record.HasMaster is null ? "; whether one is its master, HAProxy does not tell (from 2.4 on /metrics at its statistics port would, and so would -HaproxySocket)" : "")}"
            : $"{processes} from before the last reload still {(one ? "has" : "have")} connections";
    }
}
