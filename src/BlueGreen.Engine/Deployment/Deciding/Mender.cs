using BlueGreen.Engine.Deployment.Judging;
using BlueGreen.Engine.Haproxy;
using BlueGreen.Engine.Marathon;

namespace BlueGreen.Engine.Deployment.Deciding;

/// <summary>
/// A task that comes back into the pool stays down for good on a load balancer where its servers have no check: marathon-lb saves what
/// its servers' states are and loads them at each reload, and one that was disabled loads as stopped. Only <c>set server ... health up</c>
/// on an admin socket brings it back; where there is none, the task is killed and Marathon starts another, whose servers have names with no
/// state saved.
/// </summary>
/// <remarks>
/// Undo and the turning of roles bring no drained tasks back by themselves; somebody who scales a colour in mid-way, zdd.py, or a fail-over of
/// Marathon's, after which nothing is healthy for a moment, do.
/// </remarks>
internal static class Mender
{
    public const string ReasonId = "ServerStaysDown";

    /// <summary>So often in one run, so that whatever stops servers again and again has no tasks killed for ever.</summary>
    public const int MaxAttempts = 5;

    /// <summary>What takes longer did not happen, or does not come to an end: then the tasks count as they are.</summary>
    private static readonly TimeSpan RenewedWithin = TimeSpan.FromSeconds(30);

    /// <summary>What has them serve again, or the wait or hold that says why nothing does; null when none stays down.</summary>
    public static Decision? Decide(Situation situation)
    {
        var stopped = (from app in situation.Seen.Apps
                       from task in app.Tasks
                       where BelongsInPool(situation, app, task)
                       let places = Places(situation, task)
                       where !places.IsEmpty
                       select new StoppedTask(app, task, places)).ToList();
        if (stopped.Count == 0) return null;
        if (situation.Mends >= MaxAttempts) return GivenUp(stopped[0], $"{Words(stopped[0])}, after {MaxAttempts} attempts to mend such servers");
        if (ByApp(stopped.Where(CanBeMended)) is { } mendable) return Mend(mendable.Key, mendable);
        // Where it serves on another load balancer it must not be killed; and a socket that is silent now may speak again.
        if (ByApp(stopped.Where(task => ServesNowhere(situation, task.Task) && !IsSocketSilent(task))) is { } renewable) return Renew(situation, renewable.Key, renewable);
        return new Decision.Wait(WaitKind.Convergence, Words(stopped[0]), GivenUp(stopped[0], Words(stopped[0])));
    }

    /// <summary>
    /// What tasks that were killed for others to take their place are still waited for, in words; null when that is through. One that was killed counts
    /// as healthy until it has ended, for marathon-lb too, and what is decided by that would be wrong.
    /// </summary>
    public static string? Unfinished(Situation situation)
    {
        if (situation.Renewal is not { } renewal || situation.Seen.At - renewal.At >= RenewedWithin || situation.Seen.Find(renewal.AppId) is not { } app) return null;
        if (app.Tasks.FirstOrDefault(task => renewal.TaskIds.Contains(task.Id)) is { } ending) return $"task {ending.Id}, which was killed for another to take its place, has not ended yet";
        var healthy = Situation.HealthyTasks(app);
        return healthy < app.Instances ? $"{healthy} of {app.Instances} tasks of {app.Id} are healthy, of which {renewal.TaskIds.Count} were killed for others to take their place" : null;
    }

    private static Decision.Mend Mend(MarathonApp app, IEnumerable<StoppedTask> tasks)
    {
        var servers = tasks.SelectMany(task => task.Places).SelectMany(place => place.Servers).ToImmutableSortedSet();
        return new Decision.Mend(app.Id, servers, $"{Words(tasks.First())}; Marathon calls the task healthy");
    }

    /// <summary>Those go at once on which nothing is pending; the others when it has ended.</summary>
    private static Decision Renew(Situation situation, MarathonApp app, IEnumerable<StoppedTask> tasks)
    {
        var all = tasks.Select(task => task.Task).ToImmutableArray();
        var idle = all.Where(task => DrainProofs.Of(task, situation.Seen, situation.Ledger).All(proof => proof.IsDrained)).ToImmutableArray();
        var why = $"{Words(tasks.First())}, and no admin socket to bring it up; it serves nowhere, and a fresh task will";
        return Decider.WhenDrained(
            situation, app, idle.IsEmpty ? all : idle,
            new Decision.Renew(app.Id, Decider.Ids(idle), why),
            reason => new Decision.Renew(app.Id, Decider.Ids(all), reason, CutsSessions: true));
    }

    private static Decision.Hold GivenUp(StoppedTask task, string why)
    {
        var server = task.Places[0].Servers[0];
        return new Decision.Hold(
            ReasonId, why,
            $"Everything else is served. On {server.LoadBalancer} this brings it back: Set-HaproxyServer {server.Backend} {server.Server} -State Ready, in a session with "
            + $"Connect-BlueGreen -HaproxySocket. Or have another one started, once nothing is pending on it: Stop-MarathonTask {task.Task.Id}. Then go on.");
    }

    private static string Words(StoppedTask task)
    {
        var server = task.Places[0].Servers[0];
        var silent = task.Places.Select(place => place.Reading.Sockets.Problem).FirstOrDefault(problem => problem is not null);
        return $"load balancer {server.LoadBalancer} keeps {server.Name} of the task {task.Task.Id} down: it came back into the pool, and has no check that would find it up"
            + (silent is null ? "" : $" ({silent})");
    }

    /// <summary>True for a healthy task that marathon-lb has in its pools, by its rule.</summary>
    private static bool BelongsInPool(Situation situation, MarathonApp app, MarathonTask task) =>
        Situation.IsHealthy(app, task) && !(situation.Rule is { } rule && rule.Older == app && rule.Out.Contains(task));

    private static ImmutableArray<StoppedPlace> Places(Situation situation, MarathonTask task) =>
    [
        .. from reading in situation.Seen.LoadBalancers
           where reading.Quality == ReadingQuality.Consistent
           let record = situation.Ledger.Find(task.Id, reading.Instance)
           where record is { Stopped.IsEmpty: false, State: PoolState.Stopped or PoolState.Serving }
           select new StoppedPlace(reading, [.. reading.Servers.Where(s => s.IsStopped && record.Stopped.Contains(s.FullName)).Select(IdleServer.Of)]) into place
           where !place.Servers.IsEmpty
           select place,
    ];

    private static bool CanBeMended(StoppedTask task) => task.Places.All(place => place.Reading.Sockets.CanSetServers);

    private static bool IsSocketSilent(StoppedTask task) => task.Places.Any(place => place.Reading.Sockets is { Problem: not null } or { IsAwaited: true });

    private static bool ServesNowhere(Situation situation, MarathonTask task) =>
        situation.Seen.LoadBalancers.All(reading => situation.StateOf(task, reading.Instance) is PoolState.Stopped or PoolState.Out);

    /// <summary>One app at a time, as with all acts.</summary>
    private static IGrouping<MarathonApp, StoppedTask>? ByApp(IEnumerable<StoppedTask> tasks) => tasks.GroupBy(task => task.App).FirstOrDefault();

    /// <summary>A load balancer on which servers of a task are stopped.</summary>
    private sealed record StoppedPlace(LoadBalancerReading Reading, ImmutableArray<IdleServer> Servers);

    private sealed record StoppedTask(MarathonApp App, MarathonTask Task, ImmutableArray<StoppedPlace> Places);
}
