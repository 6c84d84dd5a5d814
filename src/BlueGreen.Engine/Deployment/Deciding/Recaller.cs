using BlueGreen.Engine.Deployment.Judging;
using BlueGreen.Engine.Deployment.Observing;
using BlueGreen.Engine.Haproxy;
using BlueGreen.Engine.Marathon;

namespace BlueGreen.Engine.Deployment.Deciding;

/// <summary>
/// The way back in a moment, where every load balancer's admin socket can be reached: the tasks that marathon-lb drains are put back
/// into the pools, so that both colours serve whole, and then the roles are turned. marathon-lb saves the state of its servers and loads it at
/// the reload, so those that serve go on serving in the new process, and no fresh tasks have to get healthy first.
/// </summary>
/// <remarks>
/// A reload for another app's sake in between takes them out again, and they are recalled once more. As often as servers may be mended in a
/// run; after that, and where a socket is missing, <see cref="RoleTurner"/> has fresh tasks take their place.
/// </remarks>
internal static class Recaller
{
    /// <summary>True when the sockets of all load balancers may change servers.</summary>
    public static bool IsPossible(Observation seen) =>
        !seen.LoadBalancers.IsEmpty && seen.LoadBalancers.All(reading => reading is { Quality: ReadingQuality.Consistent, Sockets.CanSetServers: true });

    /// <summary>The next step of it; null when there is nothing to bring back, or no way to.</summary>
    public static Decision? Decide(Situation situation, MarathonApp staying, MarathonApp leaving)
    {
        if (situation.Goal.KeepsBoth || situation.Rule is not { Out.IsEmpty: false } rule || rule.Newer != leaving) return null;
        if (!PoolRule.CanBeNewer(staying)) return null;
        if (!IsPossible(situation.Seen))
        {
            var awaited = situation.Seen.LoadBalancers.FirstOrDefault(reading => reading.Sockets.IsAwaited);
            return awaited is null ? null : new Decision.Wait(WaitKind.Convergence, $"load balancer {awaited.Instance.Name}: whether one of the admin sockets is its, is not known yet");
        }

        var idle = Idle(situation, rule.Out);
        if (!idle.IsEmpty)
        {
            return situation.Mends >= Mender.MaxAttempts ? null : new Decision.Recall(
                staying.Id, idle, $"{rule.Out.Length} of {staying.Instances} tasks of {staying.Id} are out of the pool; they are to serve before the roles turn");
        }

        var missing = situation.Seen.LoadBalancers
            .Select(reading => (reading.Instance, Serving: situation.Count(staying, reading.Instance, PoolState.Serving)))
            .FirstOrDefault(at => at.Serving < staying.Tasks.Length);
        return missing.Instance is null
            ? RoleTurner.Turn(situation, staying, leaving)
            : new Decision.Wait(WaitKind.Convergence, $"load balancer {missing.Instance.Name} serves {missing.Serving} of {staying.Tasks.Length} tasks of {staying.Id}, which were recalled into its pool");
    }

    /// <summary>The servers of these tasks that get no requests, on all load balancers.</summary>
    private static ImmutableSortedSet<IdleServer> Idle(Situation situation, ImmutableArray<MarathonTask> tasks) =>
    [
        .. from task in tasks
           from reading in situation.Seen.LoadBalancers
           let own = situation.Ledger.Find(task.Id, reading.Instance)?.Servers ?? []
           from server in reading.Servers
           where (server.IsOutOfPool || server.IsStopped) && own.Contains(server.FullName)
           select IdleServer.Of(server),
    ];
}
