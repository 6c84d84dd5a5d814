using System.Globalization;
using System.Text.Json.Nodes;
using BlueGreen.Engine.Marathon;

namespace BlueGreen.Engine.Tests.Simulation;

internal sealed class SimulatedTask(string id, int port)
{
    public string Id { get; } = id;

    public int Port { get; } = port;

    public string State { get; set; } = "TASK_STAGING";

    /// <summary>Null until there is a first health result.</summary>
    public bool? Alive { get; set; }
}

internal sealed class SimulatedApp(string id, JsonObject json)
{
    public string Id { get; } = id;

    public JsonObject Json { get; } = json;

    public int Instances { get; set; }

    public DateTimeOffset LastScalingAt { get; set; }

    public DateTimeOffset LastConfigChangeAt { get; set; }

    public List<SimulatedTask> Tasks { get; } = [];

    public HashSet<string> Deployments { get; } = [];

    public bool HasHealthChecks => Json["healthChecks"] is JsonArray { Count: > 0 };

    public string? Label(string name) => Json["labels"]?[name]?.GetValue<string>();

    public int ServicePort => Json["portDefinitions"]![0]!["port"]!.GetValue<int>();
}

/// <summary>How the tasks of an app behave.</summary>
internal sealed record TaskBehaviour(TimeSpan StartsAfter, TimeSpan? HealthyAfter);

/// <summary>Marathon in memory, as far as a deployment sees it.</summary>
internal sealed class SimulatedMarathon(World world) : IMarathon
{
    private int _serial;

    public SortedDictionary<string, SimulatedApp> Apps { get; } = new(StringComparer.Ordinal);

    public Func<SimulatedApp, TaskBehaviour> Behaviour { get; set; } =
        _ => new TaskBehaviour(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2));

    /// <summary>Called before and after each call; may throw what a real network would.</summary>
    public Action<string> BeforeCall { get; set; } = _ => { };

    public Action<string> AfterCall { get; set; } = _ => { };

    /// <summary>Every change that was asked for, in order.</summary>
    public List<string> Changes { get; } = [];

    public int Reads { get; private set; }

    public event Action? Changed;

    public event Action<SimulatedTask>? Killed;

    public Task<ImmutableArray<MarathonApp>> GetAppsAsync(AppQuery? query, CancellationToken cancellationToken) => Call("read", () =>
    {
        Reads++;
        return Apps.Values.Select(Render).ToImmutableArray();
    });

    public Task<MarathonApp?> FindAppAsync(string id, CancellationToken cancellationToken) =>
        Call("find", () => Apps.TryGetValue(id, out var app) ? Render(app) : null);

    public Task<AcceptedChange> CreateAppAsync(AppDefinition definition, ChangeOptions options, CancellationToken cancellationToken) => Change($"create {definition.Id}", () =>
    {
        var app = new SimulatedApp(definition.Id!, JsonNode.Parse(definition.ToJson())!.AsObject());
        if (Apps.ContainsKey(app.Id)) throw new BlueGreenException(ErrorKind.AlreadyExists, "AppExists", $"{app.Id} is there", "");
        Apps.Add(app.Id, app);
        app.LastConfigChangeAt = world.Now;
        return Scale(app, definition.Instances ?? 1);
    });

    public Task<AcceptedChange> ScaleAppAsync(string id, int instances, ChangeOptions options, CancellationToken cancellationToken) => Change($"scale {id} {instances}", () =>
    {
        var app = Apps.GetValueOrDefault(id) ?? throw new BlueGreenException(ErrorKind.NotFound, "AppNotFound", $"no {id}", "");
        if (app.Deployments.Count > 0 && !options.Force) throw new BlueGreenException(ErrorKind.Locked, "AppLocked", $"{id} is locked", "");
        return app.Instances == instances ? new AcceptedChange(null, null) : Scale(app, instances);
    });

    public Task<AcceptedChange> DeleteAppAsync(string id, ChangeOptions options, CancellationToken cancellationToken) => Change($"delete {id}", () =>
    {
        if (Apps.Remove(id, out var app))
        {
            foreach (var task in app.Tasks) Kill(task);
            Touch();
        }

        return new AcceptedChange("d", "v");
    });

    public Task<AcceptedChange> ScaleAppsAsync(IReadOnlyCollection<(string Id, int Instances)> apps, ChangeOptions options, CancellationToken cancellationToken) =>
        Change($"scale {string.Join(" and ", apps.Select(a => $"{a.Id} {a.Instances}"))}", () =>
            apps.Select(a => Scale(Apps[a.Id], a.Instances)).ToList()[^1]);

    public Task<AcceptedChange> KillTasksAsync(IReadOnlyCollection<string> taskIds, bool scale, ChangeOptions options, CancellationToken cancellationToken) =>
        Change($"kill {taskIds.Count}", () =>
        {
            foreach (var app in Apps.Values)
            {
                var tasks = app.Tasks.Where(t => taskIds.Contains(t.Id) && t.State != "TASK_KILLING").ToList();
                if (tasks.Count == 0) continue;
                app.Instances -= tasks.Count;
                app.LastScalingAt = world.Now;
                tasks.ForEach(task => Die(app, task));
            }

            Touch();
            return new AcceptedChange("d", "v");
        });

    public Task<AcceptedChange> UpdateAppAsync(string id, AppDefinition changes, ChangeOptions options, CancellationToken cancellationToken) => Change($"update {id}", () =>
    {
        var app = Apps.GetValueOrDefault(id) ?? throw new BlueGreenException(ErrorKind.NotFound, "AppNotFound", $"no {id}", "");
        foreach (var (name, value) in JsonNode.Parse(changes.ToJson())!.AsObject()) app.Json[name] = value?.DeepClone();
        app.LastConfigChangeAt = app.LastScalingAt = world.Now;
        Touch();
        return new AcceptedChange($"deployment-{++_serial}", "v");
    });

    public Task<ImmutableArray<MarathonDeployment>> GetDeploymentsAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<AcceptedChange> CancelDeploymentAsync(string deploymentId, ChangeOptions options, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    /// <summary>Nothing waits for resources here.</summary>
    public Task<ImmutableArray<LaunchQueueEntry>> GetLaunchQueueAsync(CancellationToken cancellationToken) =>
        Call("queue", () => ImmutableArray<LaunchQueueEntry>.Empty);

    public Task<MarathonInfo> GetInfoAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public IAsyncEnumerable<MarathonEvent> WatchEventsAsync(IReadOnlyCollection<string> eventTypes, CancellationToken cancellationToken) =>
        throw new NotSupportedException("The world itself wakes the loop.");

    /// <summary>Something outside of the deployment changes the cluster.</summary>
    public void Touch()
    {
        world.Signal();
        Changed?.Invoke();
    }

    /// <summary>Another configuration, or a restart: every task is replaced.</summary>
    public void Change(SimulatedApp app, Action<JsonObject> change)
    {
        change(app.Json);
        app.LastConfigChangeAt = world.Now;
        app.Tasks.ForEach(Kill);
        app.Tasks.Clear();
        Scale(app, app.Instances);
    }

    public AcceptedChange Scale(SimulatedApp app, int instances)
    {
        app.Instances = instances;
        app.LastScalingAt = world.Now;
        // A forced change takes the place of the deployment that held the app.
        app.Deployments.Clear();
        var deployment = $"deployment-{++_serial}";
        app.Deployments.Add(deployment);
        while (app.Tasks.Count(t => t.State != "TASK_KILLING") < instances) Launch(app);
        foreach (var surplus in app.Tasks.Where(t => t.State != "TASK_KILLING").Skip(instances).ToList())
        {
            // The one that started last goes first; one that does not even run yet leaves no trace.
            if (surplus.State == "TASK_RUNNING") Die(app, surplus);
            else app.Tasks.Remove(surplus);
        }

        Touch();
        Settle(app, deployment);
        return new AcceptedChange(deployment, "v");
    }

    /// <summary>A killed task ends at once for its clients, but Marathon still lists it, health results and all, for a moment.</summary>
    private void Die(SimulatedApp app, SimulatedTask task)
    {
        Kill(task);
        task.State = "TASK_KILLING";
        world.After(TimeSpan.FromMilliseconds(300), () =>
        {
            app.Tasks.Remove(task);
            Touch();
        });
    }

    private void Launch(SimulatedApp app)
    {
        var number = ++_serial;
        var task = new SimulatedTask($"{app.Id.Trim('/')}.instance-{number:D6}._app.1", 31000 + number);
        app.Tasks.Add(task);
        var behaviour = Behaviour(app);
        world.After(behaviour.StartsAfter, () =>
        {
            if (!app.Tasks.Contains(task)) return;
            task.State = "TASK_RUNNING";
            Touch();
            if (!app.HasHealthChecks || behaviour.HealthyAfter is not { } healthyAfter) return;
            world.After(healthyAfter, () =>
            {
                if (!app.Tasks.Contains(task)) return;
                task.Alive = true;
                Touch();
            });
        });
    }

    /// <summary>A deployment of Marathon's ends when all wanted tasks run and are healthy.</summary>
    private void Settle(SimulatedApp app, string deployment)
    {
        if (!Apps.ContainsKey(app.Id)) return;
        if (app.Deployments.Contains(deployment) && app.Tasks.Count(t => t.State == "TASK_RUNNING" && (!app.HasHealthChecks || t.Alive == true)) < app.Instances)
        {
            world.After(TimeSpan.FromMilliseconds(100), () => Settle(app, deployment));
            return;
        }

        app.Deployments.Remove(deployment);
        Touch();
    }

    private void Kill(SimulatedTask task) => Killed?.Invoke(task);

    private Task<AcceptedChange> Change(string what, Func<AcceptedChange> change) => Call(what, () =>
    {
        Changes.Add(what);
        return change();
    });

    /// <summary>Failures are thrown synchronously inside a task, as an awaited call does.</summary>
    private Task<T> Call<T>(string what, Func<T> call)
    {
        try
        {
            BeforeCall(what);
            var result = call();
            AfterCall(what);
            return Task.FromResult(result);
        }
        catch (BlueGreenException error)
        {
            return Task.FromException<T>(error);
        }
    }

    private static MarathonApp Render(SimulatedApp app)
    {
        var json = app.Json.DeepClone().AsObject();
        json["instances"] = app.Instances;
        json["versionInfo"] = new JsonObject
        {
            ["lastScalingAt"] = app.LastScalingAt.ToString("o", CultureInfo.InvariantCulture),
            ["lastConfigChangeAt"] = app.LastConfigChangeAt.ToString("o", CultureInfo.InvariantCulture),
        };
        json["deployments"] = new JsonArray([.. app.Deployments.Select(id => new JsonObject { ["id"] = id })]);
        json["tasks"] = new JsonArray([.. app.Tasks.Select(task => Render(app, task))]);
        return MarathonApp.Parse(json.ToJsonString());
    }

    private static JsonObject Render(SimulatedApp app, SimulatedTask task)
    {
        var json = new JsonObject
        {
            ["id"] = task.Id,
            ["appId"] = app.Id,
            ["host"] = "10.0.6.25",
            ["ports"] = new JsonArray(task.Port),
            ["state"] = task.State,
        };
        if (task.Alive is { } alive) json["healthCheckResults"] = new JsonArray(new JsonObject { ["alive"] = alive });
        return json;
    }
}
