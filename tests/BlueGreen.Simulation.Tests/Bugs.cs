using BlueGreen.Engine.Deployment;
using BlueGreen.Engine.Deployment.Deciding;
using BlueGreen.Engine.Deployment.Judging;
using BlueGreen.Engine.Deployment.Observing;
using BlueGreen.Engine.Haproxy;
using BlueGreen.Engine.Marathon;
using BlueGreen.Simulation.Schedules;

namespace BlueGreen.Simulation.Tests;

/// <summary>Bugs as somebody might really write them; some of them are zdd.py's. Each is put in at a seam of the engine.</summary>
internal static class Bugs
{
    public static IReadOnlyDictionary<string, DeliberateBug> All { get; } = new Dictionary<string, DeliberateBug>
    {
        // Reading a load balancer.
        ["process ids are read before the statistics only"] = new() { Reader = (instance, source, time) => new CarelessReader(instance, source, time, readsPidsFirst: true) },
        ["process ids are read behind the statistics only"] = new() { Reader = (instance, source, time) => new CarelessReader(instance, source, time, readsPidsFirst: false) },
        ["a look may be some seconds old"] = Seeing(pool => new ForgetfulPool(pool)),
        ["the ports of a task are zipped out of step"] = Reading(OutOfStep),
        ["a server that is down counts as taken out"] = Reading(r => Servers(r, s => s.State == ServerState.Down ? s with { State = ServerState.Maintenance } : s)),
        ["a server that is down counts as one that serves"] = Reading(r => Servers(r, s => s.State == ServerState.Down ? s with { State = ServerState.Serving } : s)),
        ["one port out of its pool is enough"] = Reading(OnePortIsEnough),
        ["a server without a check counts as one that does not serve"] = Reading(r => Servers(r, s => s.Status == "no check" ? s with { State = ServerState.Unknown } : s)),

        // Judging what was seen.
        ["no sessions in the new worker is taken for idle"] = Learning(r => r is { State: PoolState.Out, HadPending: false } ? Idle(r) : r),
        ["two processes are taken for a quiet HAProxy"] = Learning((r, ledger) => r.State == PoolState.Out && ledger.Processes[r.LoadBalancer].Alive.Count <= 2 ? Idle(r) : r),
        ["one drained load balancer is enough"] = Learning((r, ledger) =>
            ledger.Records.Values.FirstOrDefault(o => o.TaskId == r.TaskId && o is { State: PoolState.Out, IsIdle: true }) is { } drained ? drained with { LoadBalancer = r.LoadBalancer } : r),
        ["old workers from before the first look are forgotten"] = Learning(r => r.State == PoolState.Out && r.Blockers.Except(r.Unexplained).IsEmpty && !r.HadPending ? Idle(r) : r),
        ["a task that is not listed is taken for drained"] = Learning(r => r.State == PoolState.Absent ? Idle(r with { State = PoolState.Out }) : r),
        ["what was idle once stays so"] = new() { Alter = c => c with { Rules = c.Rules with { Learn = (last, seen) => Map(last.Next(seen), (r, _) => last.Records.TryGetValue((r.TaskId, r.LoadBalancer), out var before) && before.IsIdle && before.State == PoolState.Out ? Idle(r with { State = PoolState.Out }) : r) } } },

        ["out of one pool is taken for out of all"] = new() { Alter = c => c with { Rules = c.Rules with { Decide = s => Decider.Decide(OutOfAny(s)), RefuseKill = (_, _, _, _) => null } } },
        ["unknown health is taken for good"] = Asking(marathon => new HopefulMarathon(marathon)),

        // Deciding what comes next.
        ["a load balancer that cannot be read is left out"] = Situated(s => With(s, s.Seen.LoadBalancers.Where(r => r.Quality == ReadingQuality.Consistent))),
        ["a load balancer that is behind is left out"] = Situated(s => With(s, UpToDate(s))),
        ["only the first load balancer is looked at"] = Situated(s => With(s, s.Seen.LoadBalancers.Take(1))),
        ["roles go by the start of the deployment, not by scaling"] = Situated(s => s with { Rule = RolesByStart(s) }),
        ["the roles are turned without making up for drained tasks"] = Deciding((s, d) => d is Decision.GrowBeside beside ? new Decision.Touch(beside.Size.AppId, s.Staying!.Instances, d.Reason) : d),
        ["the returning colour is scaled by itself"] = Deciding((_, d) => d is Decision.GrowBeside beside ? new Decision.Scale(beside.Size, d.Reason) : d),
        ["it does not wait for the drain"] = Unguarded((_, d) => d is Decision.Wait { Otherwise: { } otherwise } ? otherwise : d),
        ["the old colour goes as soon as the first new task serves"] = Unguarded((s, d) => d is Decision.Scale && s.Leaving is { } leaving ? Remove(leaving) : d),
        ["killed is the colour, not the drained tasks"] = Unguarded((s, d) => d is Decision.Kill kill ? kill with { TaskIds = [.. s.Seen.Find(kill.AppId)!.Tasks.Select(t => t.Id)] } : d),
        ["the old colour goes once it is as many"] = Unguarded((s, d) => d is Decision.Wait { Kind: WaitKind.Convergence } && s.Leaving is { } leaving && s.Staying!.Instances >= s.Wanted ? Remove(leaving) : d),

        // One driver a group.
        ["a second driver is let in"] = new() { Alter = c => c with { Lock = null } },
        ["a driver that slept does not ask whether the group is still its own"] = new() { Alter = c => c with { Lock = new TrustingLock(c.Lock!, asksBeforeKills: false) } },
        ["a driver that slept asks only before it kills"] = new() { Alter = c => c with { Lock = new TrustingLock(c.Lock!, asksBeforeKills: true) } },

        // Waiting and acting.
        ["the drain's deadline kills whatever the policy"] = Waiting((patience, d, policy, at) => patience.Judge(d, policy with { OnDrainTimeout = DrainTimeoutAction.Kill }, at)),
        ["a wait never ends"] = Waiting((_, d, _, _) => d),
        ["a hold does not say why"] = Waiting((patience, d, policy, at) => patience.Judge(d, policy, at) is Decision.Hold hold ? hold with { ReasonId = null!, Reason = "" } : d),
        ["a kill without an answer is made up for by scaling"] = Asking(marathon => new DoubleScalingMarathon(marathon)),
        ["apps are found by the beginning of their id"] = Asking(marathon => new PrefixMarathon(marathon)),
        ["a kill lets Marathon start others in their place"] = Asking(marathon => new ReplacingMarathon(marathon)),
    };

    private static DeliberateBug Seeing(Func<ILoadBalancerPool, ILoadBalancerPool> see) => new() { Alter = c => c with { LoadBalancers = see(c.LoadBalancers) } };

    private static DeliberateBug Reading(Func<LoadBalancerReading, LoadBalancerReading> read) => Seeing(pool => new AlteredPool(pool, read));

    private static DeliberateBug Asking(Func<IMarathon, IMarathon> ask) => new() { Alter = c => c with { Marathon = ask(c.Marathon) } };

    private static DeliberateBug Learning(Func<DrainRecord, DrainRecord> judge) => Learning((r, _) => judge(r));

    private static DeliberateBug Learning(Func<DrainRecord, DrainLedger, DrainRecord> judge) =>
        new() { Alter = c => c with { Rules = c.Rules with { Learn = (ledger, seen) => Map(ledger.Next(seen), judge) } } };

    private static DeliberateBug Deciding(Func<Situation, Decision, Decision> decide) =>
        new() { Alter = c => c with { Rules = c.Rules with { Decide = s => decide(s, Decider.Decide(s)) } } };

    /// <summary>A wrong decision that the gate before kills would refuse, without the gate.</summary>
    private static DeliberateBug Unguarded(Func<Situation, Decision, Decision> decide) =>
        new() { Alter = c => c with { Rules = c.Rules with { Decide = s => decide(s, Decider.Decide(s)), RefuseKill = (_, _, _, _) => null } } };

    private static DeliberateBug Situated(Func<Situation, Situation> see) => new()
    {
        Alter = c => c with
        {
            Rules = c.Rules with { Decide = s => Decider.Decide(see(s)), RefuseKill = (s, tasks, may, at) => Rules.Default.RefuseKill(see(s), tasks, may, at) },
        },
    };

    private static DeliberateBug Waiting(Func<Patience, Decision, RolloutPolicy, DateTimeOffset, Decision> wait) =>
        new() { Alter = c => c with { Rules = c.Rules with { LosePatience = wait } } };

    private static DrainLedger Map(DrainLedger ledger, Func<DrainRecord, DrainLedger, DrainRecord> judge) =>
        ledger with { Records = ledger.Records.ToImmutableDictionary(r => r.Key, r => judge(r.Value, ledger)) };

    private static DrainRecord Idle(DrainRecord record) =>
        record with { OutSince = record.OutSince ?? record.CheckedAt, IdleSince = record.CheckedAt, Suspects = [], Blockers = [], Pending = 0 };

    private static Decision Remove(MarathonApp app) => new Decision.Delete(app.Id, [.. app.Tasks.Select(t => t.Id)], "it is time");

    private static LoadBalancerReading Servers(LoadBalancerReading reading, Func<HaproxyServerStat, HaproxyServerStat> change) =>
        reading with { Servers = [.. reading.Servers.Select(change)] };

    /// <summary>Names and states are paired by their place in two lists that are not in the same order.</summary>
    private static LoadBalancerReading OutOfStep(LoadBalancerReading reading) => reading with
    {
        Servers = [.. reading.Servers.Zip(
            reading.Servers.OrderBy(s => s.Server, StringComparer.Ordinal),
            (state, name) => state with { Backend = name.Backend, Server = name.Server })],
    };

    /// <summary>A task counts as out as soon as one of its servers is. Those of one task have one number, or the next.</summary>
    private static LoadBalancerReading OnePortIsEnough(LoadBalancerReading reading)
    {
        var @out = reading.Servers.Where(s => s.IsOutOfPool).Select(Number).ToHashSet();
        return Servers(reading, s => @out.Contains(Number(s)) ? s with { State = ServerState.Maintenance, CurrentSessions = 0 } : s);

        static int Number(HaproxyServerStat server) => int.Parse(server.Server.Split('_')[^1], System.Globalization.CultureInfo.InvariantCulture) / 2;
    }

    private static Situation OutOfAny(Situation s)
    {
        var @out = s.Ledger.Records.Values.Where(r => r is { State: PoolState.Out, IsIdle: true }).ToLookup(r => r.TaskId);
        return s with { Ledger = Map(s.Ledger, (r, _) => @out.Contains(r.TaskId) ? Idle(r with { State = PoolState.Out }) : r) };
    }

    private static Situation With(Situation situation, IEnumerable<LoadBalancerReading> readings) =>
        situation with { Seen = situation.Seen with { LoadBalancers = [.. readings] } };

    private static IEnumerable<LoadBalancerReading> UpToDate(Situation s)
    {
        var fresh = s.Seen.LoadBalancers.Where(r => s.Rule is not { } rule || rule.Out.All(task => s.StateOf(task, r.Instance) == PoolState.Out)).ToList();
        return fresh.Count > 0 ? fresh : s.Seen.LoadBalancers;
    }

    private static PoolRule? RolesByStart(Situation s)
    {
        if (s.Rule is not { } rule || string.CompareOrdinal(rule.Newer.StartedAt, rule.Older.StartedAt) > 0) return s.Rule;
        var (older, newer) = (rule.Newer, rule.Older);
        var healthy = newer.Tasks.Count(t => t.AnyCheckAlive);
        var count = Math.Min(healthy, Math.Max(0, healthy + older.Instances - newer.TargetInstances));
        return new PoolRule(older, newer, [.. older.Tasks.OrderBy(t => t.Id, StringComparer.Ordinal).Take(count)], healthy, newer.TargetInstances);
    }
}
