using BlueGreen.Engine;
using BlueGreen.Engine.Deployment;
using BlueGreen.Simulation.Cluster;
using BlueGreen.Simulation.Driving;
using BlueGreen.Simulation.Promises;

namespace BlueGreen.Simulation.Schedules;

/// <summary>How a schedule ended.</summary>
/// <param name="Seed">Its seed.</param>
/// <param name="Broken">The promise that was broken, and how; null when all were kept.</param>
/// <param name="Trace">What happened, a line each; empty unless asked for.</param>
/// <param name="Ends">How each driver ended, in a word each.</param>
internal sealed record Verdict(int Seed, string? Broken, string Trace, ImmutableArray<string> Ends);

/// <summary>Plays one schedule: the cluster, the users' drivers one after the other, the faults, and a calm end.</summary>
internal sealed class ScheduleRun
{
    /// <summary>Far more than all waits of one driver together may take.</summary>
    private static readonly TimeSpan DriverLimit = TimeSpan.FromMinutes(10);

    private static readonly RolloutPolicy Patient = new()
    {
        HealthTimeout = TimeSpan.FromSeconds(8), DrainTimeout = TimeSpan.FromSeconds(20), ConvergeTimeout = TimeSpan.FromSeconds(6),
    };

    private readonly Plan _plan;
    private readonly World _world;
    private readonly Trace _trace;
    private readonly Estate _estate;
    private readonly PromiseKeeper _keeper;
    private readonly FaultInjector _faults;
    private readonly DeliberateBug _bug;
    private readonly ImmutableArray<string>.Builder _ends = ImmutableArray.CreateBuilder<string>();
    private readonly PidSpace? _sharedPids;
    private readonly List<Driver> _others = [];
    private int _loadBalancers;
    private int _drivers;
    private Driver? _driver;
    private int _target;
    private bool _hadHybrid;

    private ScheduleRun(Plan plan, bool isTraced, DeliberateBug bug)
    {
        (_plan, _bug) = (plan, bug);
        _world = new World(plan.Seed);
        _trace = new Trace(_world, isTraced);
        var marathon = new SimulatedMarathon(_world, _trace) { SwallowsKillsWhileLocked = plan.SwallowsKills, BehaviourOf = _ => plan.OldBehaviour };
        _estate = new Estate(_world, _trace, marathon);
        _keeper = new PromiseKeeper(_estate, Shop.Group);
        _faults = new FaultInjector(_estate, _keeper, AddLoadBalancer, StartSecondDriver, () => _driver);
        _sharedPids = plan.SharesPids ? new PidSpace(20) : null;
        _target = plan.Instances;
    }

    /// <summary>Plays the schedule of a seed.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="isTraced">Keeps a readable trace.</param>
    /// <param name="bug">Something wrong that is put into the engine; null for none.</param>
    public static Verdict Play(int seed, bool isTraced = false, DeliberateBug? bug = null)
    {
        // What the engine waits for goes on where the world lets it happen, and nowhere else.
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            return new ScheduleRun(Plan.Draw(seed), isTraced, bug ?? DeliberateBug.None).Play();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    private Verdict Play()
    {
        _trace.Say("plan", $"{_plan}");
        SetUp();
        _estate.Network = _plan.Network;
        for (var number = 0; number < _plan.Actions.Length && _keeper.Broken is null; number++)
        {
            Pass(_plan.Actions[number].WaitsFor);
            foreach (var fault in _plan.Faults.Where(f => f.Action == number)) _faults.Plan(fault);
            Perform(_plan.Actions[number]);
        }

        if (_keeper.Broken is null) ComeToAnEnd();
        return new Verdict(_plan.Seed, _keeper.Broken, _trace.ToString(), _ends.ToImmutable());
    }

    private void SetUp()
    {
        foreach (var unused in _plan.LoadBalancers) AddLoadBalancer();
        _estate.Marathon.Create(Shop.Bystander(), Author.Nature);
        _estate.Marathon.Create(Shop.Blue(_plan.Instances, _plan.Ports), Author.Nature);
        Pass(TimeSpan.FromSeconds(4));
        _keeper.Floor = Math.Min(_plan.Instances, _plan.Actions.Min(a => a.Policy.Instances) ?? _plan.Instances);
        _keeper.MayDip = _plan.Actions.Any(a => a.Kind == ActionKind.Undo || a.Policy.NewInstances > 0 || a.Policy.Instances < _plan.Instances
            || a.Policy.OnFailure == FailureAction.Undo || a.Policy.OnDrainTimeout == DrainTimeoutAction.Undo) || _plan.HasSecondDriver;
        _estate.Marathon.BehaviourOf = id => id.Contains("lock", StringComparison.Ordinal) ? _plan.OldBehaviour : _plan.NewBehaviour;
        if (_plan.LeftByZdd is { } zdd) PlayZdd(zdd);
        foreach (var loadBalancer in _estate.LoadBalancers) _keeper.Watch(loadBalancer, isNew: false);
        // What zdd.py's last act takes away is not charged to anybody else.
        _keeper.WasLeftByZdd = _plan.LeftByZdd is not null;
        if (_keeper.WasLeftByZdd) _keeper.Excuse(TimeSpan.Zero);
    }

    private void AddLoadBalancer()
    {
        var shape = _plan.LoadBalancers[_loadBalancers % _plan.LoadBalancers.Length];
        var pids = _sharedPids ?? new PidSpace(_world.Random.Next(7, 40));
        var loadBalancer = new SimulatedLoadBalancer(_world, _estate.Marathon, pids, shape, _plan.Traffic, ++_loadBalancers, _trace);
        _estate.LoadBalancers.Add(loadBalancer);
        if (_keeper.Floor > 0) _keeper.Watch(loadBalancer);
    }

    private void Perform(UserAction action)
    {
        var driver = _driver = new Driver(_estate, $"driver{++_drivers}", action.Host) { DiesAt = action.Dies };
        var run = Start(driver, action);
        var limit = _world.Now + DriverLimit;
        while (!run.IsCompleted && !driver.IsDead && _keeper.Broken is null)
        {
            if (_world.Now > limit)
            {
                _keeper.Break("liveness", $"{driver.Author.Name} has not ended within {DriverLimit.TotalMinutes:0} minutes");
                break;
            }

            _world.Step();
        }

        _driver = null;
        if (driver.IsDead) _ends.Add("killed");
        else driver.Leave();
        if (driver.Journal?.FindDifference() is { } difference) _keeper.Break("journal", difference);
    }

    private async Task Start(Driver driver, UserAction action)
    {
        _trace.Say(driver.Author.Name, $"{action.Kind} {action.Policy}");
        if (action.Policy.OnDrainTimeout == DrainTimeoutAction.Kill) _keeper.MayCut.Add(driver.Author);
        if (action.DiesAfter is { } after) _world.After(after, driver.Die);
        var deployer = new BlueGreenDeployer(driver.Connect(_bug, _plan.Equipment));
        try
        {
            var result = await (action.Kind switch
            {
                ActionKind.Deploy => deployer.DeployAsync(Shop.File(_plan.Instances, _plan.Ports), action.Policy, default),
                ActionKind.Resume => deployer.GoOnAsync(Shop.Group, Direction.Forward, action.Policy, default),
                ActionKind.Complete => deployer.GoOnAsync(Shop.Group, Direction.ForwardToTheEnd, action.Policy, default),
                _ => deployer.GoOnAsync(Shop.Group, Direction.Back, action.Policy, default),
            }).ConfigureAwait(false);
            _trace.Say(driver.Author.Name, $"ends: {result.Result} {result.ReasonId} {result.Reason}");
            _ends.Add(result.ReasonId is { } id ? $"{result.Result}:{id}" : $"{result.Result}");
            CheckResult(driver, result);
        }
        catch (BlueGreenException error)
        {
            _trace.Say(driver.Author.Name, $"is refused: {error.ErrorId} {error.Message}");
            _ends.Add($"refused:{error.ErrorId}");
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            _keeper.Break("crash", $"{driver.Author.Name}: {error}");
        }
    }

    /// <summary>Somebody else drives the group as well, after some time: it must be refused as long as the first one is at it.</summary>
    private void StartSecondDriver(TimeSpan after)
    {
        var kind = _world.Chance(0.5) ? ActionKind.Resume : ActionKind.Undo;
        _world.After(after, () =>
        {
            if (_faults.IsOver) return;
            var driver = new Driver(_estate, $"driver{++_drivers}", "desk1");
            _others.Add(driver);
            _ = Start(driver, new UserAction(kind, Patient));
        });
    }

    /// <summary>zdd.py's swap loop, up to where it is lost.</summary>
    private void PlayZdd(ZddStart zdd)
    {
        var zddAuthor = new Author("zdd.py", IsEngine: false);
        var marathon = _estate.Marathon;
        marathon.Create(Shop.Green(_plan.Instances, _plan.Ports), zddAuthor);
        Pass(TimeSpan.FromSeconds(6));
        var (blue, green) = (marathon.Apps["/shop-blue"], marathon.Apps["/shop-green"]);
        for (var round = 1; round <= zdd.Rounds; round++)
        {
            var drained = MarathonLbRule.Drained(blue, green)!;
            if (drained.Count >= blue.Instances) return;
            marathon.KillAndScale([.. drained.Select(task => task.Id)], force: true, zddAuthor);
            if (round == zdd.Rounds && zdd.IsLostAfterKill) return;
            var next = green.Instances + ((green.Instances + 1) / 2);
            marathon.Scale([(green.Id, next >= blue.Instances ? _plan.Instances : next)], force: true, zddAuthor);
            Pass(TimeSpan.FromSeconds(6));
        }
    }

    private void CheckResult(Driver driver, BlueGreenDeployment result)
    {
        var name = driver.Author.Name;
        if (result.Result == DeploymentResult.Held && (result.ReasonId is null || result.Reason.Length == 0 || result.Remedy is null))
        {
            _keeper.Break("G7", $"{name} holds without saying why");
        }

        if (result.Result == DeploymentResult.Hybrid) _hadHybrid = true;
        if (result.Result is not (DeploymentResult.Completed or DeploymentResult.Undone)) return;
        // What has just gone wrong, the engine cannot know yet.
        if (_plan.HasStranger || _world.Now - _keeper.LastFault < TimeSpan.FromSeconds(3.5)) return;
        var apps = _estate.Marathon.Apps.Values.Where(app => app.Group == Shop.Group).ToList();
        var serves = result.Result == DeploymentResult.Undone ? new[] { result.NewApp, result.OldApp } : [result.NewApp];
        if (apps.Count != 1 || !serves.Contains(apps[0].Id)) _keeper.Break("G4", $"{name} says {result.Result}, but there are {string.Join(", ", apps.Select(a => a.Id))}");
        else CheckServedAlone(name, result, apps[0]);
    }

    private void CheckServedAlone(string name, BlueGreenDeployment result, SimulatedApp app)
    {
        _target = result.Target;
        // Never one too few.
        if (app.Instances < result.Target || app.Instances > Most(result, app) + _estate.LooseEnds) _keeper.Break("G5", $"{name} says {result.Result}, but {app.Id} has {app.Instances} of {result.Target} instances");
        foreach (var loadBalancer in _estate.LoadBalancers)
        {
            var serving = loadBalancer.CountServing(Shop.Group);
            var waits = _plan.Network.StatsLost > 0 ? 1 : 0;
            if (serving + waits < app.Instances) _keeper.Break("G4", $"{name} says {result.Result}, but {serving} of {app.Instances} tasks of {app.Id} serve on {loadBalancer.Name}");
        }
    }

    private int Most(BlueGreenDeployment result, SimulatedApp app)
    {
        var wanted = Math.Max(result.Target, app.Target ?? 0);
        return _drivers > 1 ? Math.Max(wanted, _estate.MostAskedFor.GetValueOrDefault(app.Id)) : wanted;
    }

    /// <summary>The faults cease. Whatever was left half-way must come to an end, and to the right one.</summary>
    private void ComeToAnEnd()
    {
        _faults.Cease();
        _others.ForEach(driver => driver.Die());
        Pass(TimeSpan.FromSeconds(4));
        if (_keeper.Broken is not null || CountApps() != 2) return;
        // Where a stranger has made the old version pass for the new one, the way back leads to a version that never serves.
        if (!IsSound && _plan.Faults.Any(f => f.Kind == Fault.StrangerRelabels)) return;
        PerformLast();
    }

    private void PerformLast()
    {
        var way = _world.Random.Next(3) switch
        {
            0 => ActionKind.Undo,
            1 when IsSound => ActionKind.Complete,
            _ when IsSound => _hadHybrid || _plan.Actions.Any(a => a.Policy.NewInstances > 0) ? ActionKind.Complete : ActionKind.Resume,
            _ => ActionKind.Undo,
        };
        var host = _world.Chance(0.5) ? "build7" : "laptop9";
        for (var tries = 0; tries == 0 || (_ends[^1] == "refused:GroupHeld" && tries < 3); tries++)
        {
            if (tries > 0) Pass(TimeSpan.FromSeconds(61));
            Perform(new UserAction(way, Patient, Host: host));
        }

        if (_keeper.Broken is not null) return;
        var end = _ends[^1];
        // Without a check a server that comes back stays down for good, and nothing but an admin socket brings it up.
        var isStuck = end is "Held:LoadBalancerTimeout" or "Held:ServerStaysDown" && _estate.LoadBalancers.Exists(lb => lb.HasStuckServers);
        var isReached = end is "Completed" or "Undone" or "Hybrid" || isStuck || _plan.NewBehaviour.CrashesAfter is not null;
        if (!isReached) _keeper.Break("G5", $"{way} without any more faults ends with {end}");
    }

    private bool IsSound => _plan.NewBehaviour is { IsBroken: false, CrashesAfter: null };

    private int CountApps() => _estate.Marathon.Apps.Values.Count(app => app.Group == Shop.Group);

    private void Pass(TimeSpan time)
    {
        var end = _world.Now + time;
        var isOver = false;
        _world.At(end, () => isOver = true);
        while (!isOver && _keeper.Broken is null) _world.Step();
    }
}
