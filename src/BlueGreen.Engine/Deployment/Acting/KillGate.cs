using BlueGreen.Engine.Deployment.Deciding;
using BlueGreen.Engine.Deployment.Judging;
using BlueGreen.Engine.Haproxy;
using BlueGreen.Engine.Marathon;

namespace BlueGreen.Engine.Deployment.Acting;

/// <summary>
/// The one gate that every act that kills tasks passes, with a look taken right before it. Says no with the reason.
/// </summary>
internal static class KillGate
{
    /// <summary>How old the last look may be.</summary>
    public static readonly TimeSpan Freshness = TimeSpan.FromSeconds(1);

    /// <summary>Why the tasks must not be killed now; null when they may.</summary>
    /// <param name="situation">What was seen last.</param>
    /// <param name="tasks">The tasks.</param>
    /// <param name="mayCutSessions">The user chose to kill although work may be pending: out of the pool they have to be all the same.</param>
    /// <param name="at">Now.</param>
    public static string? Refusal(Situation situation, IEnumerable<MarathonTask> tasks, bool mayCutSessions, DateTimeOffset at)
    {
        if (situation.Seen.LoadBalancers.IsEmpty) return "no load balancer is known";
        return tasks.SelectMany(task => situation.Seen.LoadBalancers.Select(reading => Refusal(situation, task, reading, mayCutSessions, at)))
            .FirstOrDefault(refusal => refusal is not null);
    }

    private static string? Refusal(Situation situation, MarathonTask task, LoadBalancerReading reading, bool mayCutSessions, DateTimeOffset at)
    {
        var where = $"{task.Id} on load balancer {reading.Instance.Name}";
        if (reading.Quality != ReadingQuality.Consistent) return $"{where}: {reading.Problem ?? "it cannot be read"}";
        if (at - reading.At > Freshness) return $"{where}: the last look is {(at - reading.At).TotalSeconds:0.0} s old";
        var record = situation.Ledger.Find(task.Id, reading.Instance);
        if (record is null) return $"{where}: never seen there";

        // A running task that is not listed may be listed again at the load balancer's next reload.
        var listed = record.State == PoolState.Absent && task is { IsRunning: true, Health: not TaskHealth.Unhealthy };
        if (listed) return $"{where}: it runs, but the load balancer does not list it";
        // One whose servers stay down for good gets no request either, as little as one that was taken out.
        if (record.State is PoolState.Serving or PoolState.Faltering) return $"{where}: it is still in the pool";
        return record.IsIdle || mayCutSessions ? null : $"{where}: work may be pending";
    }
}
