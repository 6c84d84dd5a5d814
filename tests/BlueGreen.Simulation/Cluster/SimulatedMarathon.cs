using BlueGreen.Engine;
using BlueGreen.Engine.Marathon;
using Newtonsoft.Json.Linq;

namespace BlueGreen.Simulation.Cluster;

/// <summary>Who asked for a change: a driver, somebody else, or the cluster itself.</summary>
internal sealed record Author(string Name, bool IsEngine)
{
    public static Author Nature { get; } = new("cluster", false);

    public static Author Stranger { get; } = new("stranger", false);
}

internal enum ChangeKind
{
    Create,
    Scale,
    Delete,
    Kill,
    Update,
}

/// <summary>A change that somebody asks for.</summary>
/// <param name="App">The app as it was before.</param>
/// <param name="Author">Who asks.</param>
/// <param name="Kind">What sort of change.</param>
/// <param name="Instances">How many instances it is to have; with a kill, how many tasks.</param>
/// <param name="IsAlone">No other app is changed by the same request.</param>
internal sealed record Change(SimulatedApp App, Author Author, ChangeKind Kind, int Instances = 0, bool IsAlone = true)
{
    public override string ToString() => $"{Kind} {App.Id} {Instances}{(IsAlone ? "" : ", with another")}";
}

/// <summary>
/// Marathon in memory, as far as a deployment feels it. Written from Marathon's documentation and from what was measured on real ones;
/// nothing of it is shared with the engine.
/// </summary>
internal sealed class SimulatedMarathon(World world, Trace trace)
{
    private static readonly TimeSpan Backoff = TimeSpan.FromMilliseconds(300);
    private int _serial;

    public SortedDictionary<string, SimulatedApp> Apps { get; } = new(StringComparer.Ordinal);

    /// <summary>How the tasks of an app that is created behave.</summary>
    public Func<string, Behaviour> BehaviourOf { get; set; } = _ => throw new InvalidOperationException("No behaviour was set.");

    /// <summary>How many tasks fit into the cluster.</summary>
    public int Room { get; set; } = int.MaxValue;

    /// <summary>False during an election of the leader.</summary>
    public bool HasLeader { get; private set; } = true;

    /// <summary>The deployment that carries out the last change.</summary>
    public string LastDeployment { get; private set; } = "";

    /// <summary>The answer to the last change.</summary>
    public AcceptedChange Accepted => new(LastDeployment, "v");

    /// <summary>An old version answers a kill in an app that is locked with 200, and kills nothing.</summary>
    public bool SwallowsKillsWhileLocked { get; set; }

    /// <summary>Something that Marathon has an event for.</summary>
    public event Action? Changed;

    /// <summary>Right before a task is killed.</summary>
    public event Action<Instance, Author>? Killing;

    /// <summary>A task does not answer any more, whyever.</summary>
    public event Action<Instance>? Ended;

    /// <summary>Right before a task ends by itself.</summary>
    public event Action? Crashing;

    /// <summary>An app was changed by a request.</summary>
    public event Action<Change>? Requested;

    public void Create(JObject definition, Author author)
    {
        var app = new SimulatedApp(definition, BehaviourOf((string)definition["id"]!));
        if (Apps.ContainsKey(app.Id)) throw new BlueGreenException(ErrorKind.AlreadyExists, "AppExists", $"An app with id [{app.Id}] already exists.", "");
        Requested?.Invoke(new Change(app, author, ChangeKind.Create, (int?)definition["instances"] ?? 1));
        Apps.Add(app.Id, app);
        ChangeInstances([(app, (int?)definition["instances"] ?? 1)]);
    }

    public void Scale(IReadOnlyCollection<(string Id, int Instances)> wanted, bool force, Author author)
    {
        var apps = wanted.Select(w => (App: Find(w.Id), w.Instances)).ToList();
        foreach (var (app, _) in apps) CheckLock(app, force);
        foreach (var (app, instances) in apps) Requested?.Invoke(new Change(app, author, ChangeKind.Scale, instances, apps.Count == 1));
        ChangeInstances(apps, author);
    }

    /// <summary>
    /// Changes members of a definition. All tasks are replaced, at once and not one after the other: that is the worst that an upgrade
    /// strategy can make of it.
    /// </summary>
    public void Update(string id, JObject changes, bool force, Author author)
    {
        var app = Find(id);
        CheckLock(app, force);
        Requested?.Invoke(new Change(app, author, ChangeKind.Update));
        Release(app.Deployment);
        app.Change(changes, Now());
        app.Deployment = LastDeployment = $"deployment-{++_serial}";
        foreach (var task in app.Tasks.ToList()) Replace(task, author);
        Settle(app);
        Tell();
    }

    public void Delete(string id, bool force, Author author)
    {
        if (!Apps.TryGetValue(id, out var app)) return;
        CheckLock(app, force);
        Requested?.Invoke(new Change(app, author, ChangeKind.Delete));
        Release(app.Deployment);
        LastDeployment = $"deployment-{++_serial}";
        Apps.Remove(id);
        app.IsRemoved = true;
        foreach (var task in app.Tasks.ToList()) Kill(task, author);
        Tell();
    }

    /// <summary>
    /// Kills tasks, and wants as many fewer. Unknown ids are left out, and so are tasks that are being killed already: a repeat scales
    /// nothing twice.
    /// </summary>
    public void KillAndScale(IReadOnlyCollection<string> ids, bool force, Author author)
    {
        var found = Apps.Values.Select(app => (App: app, Tasks: app.Tasks.Where(t => ids.Contains(t.Id) && t.State != InstanceState.Killing).ToList()))
            .Where(f => f.Tasks.Count > 0).ToList();
        if (SwallowsKillsWhileLocked && !force && found.Exists(f => f.App.Deployment is not null)) return;
        foreach (var (app, _) in found) CheckLock(app, force);
        foreach (var (app, tasks) in found) Requested?.Invoke(new Change(app, author, ChangeKind.Kill, tasks.Count));
        foreach (var (_, tasks) in found) tasks.ForEach(task => Kill(task, author));
        ChangeInstances([.. found.Select(f => (f.App, f.App.Instances - f.Tasks.Count))], author);
    }

    /// <summary>Kills tasks; others take their place.</summary>
    public void KillOnly(IReadOnlyCollection<string> ids, Author author)
    {
        foreach (var app in Apps.Values.ToList())
        {
            foreach (var task in app.Tasks.Where(t => ids.Contains(t.Id) && t.State != InstanceState.Killing).ToList()) Kill(task, author);
            Launch(app);
        }

        Tell();
    }

    /// <summary>A leader is elected; the new one has no health results yet.</summary>
    public void FailOver(TimeSpan outage)
    {
        HasLeader = false;
        trace.Say("marathon", $"its leader is gone for {outage.TotalSeconds:0.0} s");
        world.After(outage, () =>
        {
            HasLeader = true;
            trace.Say("marathon", "has a leader again, without health results");
            foreach (var task in Apps.Values.SelectMany(app => app.Tasks))
            {
                task.Alive = null;
                task.App.Touch();
                if (task.State == InstanceState.Running) world.After(world.Between(100, 1500), () => Check(task));
            }

            Tell();
        });
    }

    /// <summary>A task ends by itself; another one takes its place.</summary>
    public void Crash(Instance task)
    {
        if (task.State is not InstanceState.Running) return;
        trace.Say("cluster", $"{task} crashes");
        Crashing?.Invoke();
        End(task);
        task.App.Failures++;
        Remove(task);
    }

    /// <summary>Marathon's next health result of a task, whether right or not.</summary>
    public void Report(Instance task, bool alive)
    {
        if (task.State == InstanceState.Gone || task.Alive == alive) return;
        task.Alive = alive;
        if (alive) task.LastAlive = world.Now;
        task.App.Touch();
        Settle(task.App);
        Tell();
    }

    /// <summary>There may be room for tasks that wait for offers.</summary>
    public void Reconcile()
    {
        foreach (var app in Apps.Values) Launch(app);
    }

    /// <summary>Something happens that it tells of by an event.</summary>
    public void Touch() => Tell();

    private SimulatedApp Find(string id) =>
        Apps.TryGetValue(id, out var app) ? app : throw new BlueGreenException(ErrorKind.NotFound, "AppNotFound", $"App '{id}' does not exist", "");

    private static void CheckLock(SimulatedApp app, bool force)
    {
        if (app.Deployment is not null && !force) throw new BlueGreenException(ErrorKind.Locked, "AppLocked", $"{app.Id} is locked by a deployment", "");
    }

    /// <summary>One deployment for all of them, with one time stamp. An app that keeps its number has not been scaled.</summary>
    private void ChangeInstances(IReadOnlyCollection<(SimulatedApp App, int Instances)> wanted, Author? author = null)
    {
        var deployment = LastDeployment = $"deployment-{++_serial}";
        var at = Now();
        foreach (var (app, instances) in wanted.Where(w => w.App.Instances != w.Instances || w.App.LastScalingAt == default))
        {
            // A forced change takes the place of the deployment that held the app.
            Release(app.Deployment);
            app.Instances = instances;
            app.LastScalingAt = at;
            app.Deployment = deployment;
            app.Touch();
        }

        foreach (var (app, _) in wanted)
        {
            Shrink(app, author ?? Author.Nature);
            Launch(app);
            Settle(app);
        }

        Tell();
    }

    /// <summary>To the millisecond, as Marathon's versions are.</summary>
    private DateTimeOffset Now() => new(world.RightTime.Ticks / TimeSpan.TicksPerMillisecond * TimeSpan.TicksPerMillisecond, TimeSpan.Zero);

    private void Release(string? deployment)
    {
        if (deployment is null) return;
        foreach (var app in Apps.Values.Where(a => a.Deployment == deployment))
        {
            app.Deployment = null;
            app.Touch();
        }
    }

    private void Launch(SimulatedApp app)
    {
        while (!app.IsRemoved && Wanted(app) + app.Launching < app.Instances)
        {
            if (Apps.Values.Sum(a => a.Tasks.Count + a.Launching) >= Room)
            {
                world.After(TimeSpan.FromMilliseconds(500), () => Launch(app));
                return;
            }

            app.Launching++;
            world.After((Backoff * app.Failures) + world.Between(1, 30), () => Stage(app));
        }
    }

    private void Stage(SimulatedApp app)
    {
        app.Launching--;
        if (app.IsRemoved || Wanted(app) >= app.Instances) return;
        var task = new Instance(app, ++_serial, app.Behaviour);
        app.Tasks.Add(task);
        app.Touch();
        world.After(task.Behaviour.Starts, () => Start(task));
        Tell();
    }

    private void Start(Instance task)
    {
        if (task.State != InstanceState.Staging) return;
        var behaviour = task.Behaviour;
        task.State = InstanceState.Running;
        task.App.Touch();
        if (!behaviour.IsBroken)
        {
            world.After(behaviour.Ready, () =>
            {
                if (task.State != InstanceState.Running) return;
                task.ReadySince = world.Now;
                task.App.Failures = 0;
            });
        }

        if (behaviour.CrashesAfter is { } after) world.After(after, () => Crash(task));
        world.After(behaviour.CheckEvery, () => CheckAgain(task));
        Settle(task.App);
        Tell();
    }

    private void CheckAgain(Instance task)
    {
        Check(task);
        // A state that lasts needs no more looking at.
        if (task is { State: InstanceState.Running, Alive: not true, Behaviour.IsBroken: false }) world.After(task.Behaviour.CheckEvery, () => CheckAgain(task));
    }

    private void Check(Instance task)
    {
        if (task.State == InstanceState.Running && HasLeader && task.App.HasHealthChecks) Report(task, task.ReadySince is not null);
    }

    /// <summary>Marathon itself chooses: what has not started yet first, then what started last.</summary>
    private void Shrink(SimulatedApp app, Author author)
    {
        while (Wanted(app) > app.Instances)
        {
            var surplus = app.Tasks.FindLast(t => t.State == InstanceState.Staging) ?? app.Tasks.FindLast(t => t.State == InstanceState.Running)!;
            Replace(surplus, author);
        }
    }

    private static int Wanted(SimulatedApp app)
    {
        var count = 0;
        foreach (var task in app.Tasks)
        {
            if (task.State != InstanceState.Killing) count++;
        }

        return count;
    }

    /// <summary>A killed task ends for its clients at once, but Marathon lists it, health result and all, until it is really gone.</summary>
    private void Kill(Instance task, Author author)
    {
        if (task.State == InstanceState.Killing) return;
        trace.Say(author.Name, $"kills {task}");
        Killing?.Invoke(task, author);
        End(task);
        task.State = InstanceState.Killing;
        task.App.Touch();
        world.After(task.Behaviour.Dies, () => Remove(task));
    }

    private void Replace(Instance task, Author author)
    {
        if (task.State == InstanceState.Staging) Remove(task);
        else Kill(task, author);
    }

    private void End(Instance task)
    {
        task.ReadySince = null;
        Ended?.Invoke(task);
    }

    private void Remove(Instance task)
    {
        task.State = InstanceState.Gone;
        task.App.Tasks.Remove(task);
        task.App.Touch();
        Launch(task.App);
        Settle(task.App);
        Tell();
    }

    /// <summary>A deployment of Marathon's ends when all wanted tasks of its apps run and are healthy, and no other is left.</summary>
    private void Settle(SimulatedApp app)
    {
        if (app.Deployment is not { } deployment) return;
        if (Apps.Values.Where(a => a.Deployment == deployment).All(IsSettled)) Release(deployment);
    }

    private static bool IsSettled(SimulatedApp app) =>
        app.Tasks.Count == app.Instances && app.Tasks.TrueForAll(t => t.State == InstanceState.Running && (!app.HasHealthChecks || t.Alive == true));

    private void Tell() => Changed?.Invoke();
}
