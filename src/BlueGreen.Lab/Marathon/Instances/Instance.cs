using BlueGreen.Lab.Marathon.Health;
using BlueGreen.Lab.Marathon.State;
using BlueGreen.Lab.Tasks;

namespace BlueGreen.Lab.Marathon.Instances;

/// <summary>Marathon's conditions of an instance, as far as a cluster on one machine can reach them.</summary>
internal enum Condition
{
    Scheduled,
    Provisioned,
    Starting,
    Running,
    Killing,
    Killed,
    Finished,
    Failed,
    Error,
}

/// <summary>What is wanted of an instance: to run (again and again), or to end for good.</summary>
internal enum Goal
{
    Running,
    Decommissioned,
}

/// <summary>
/// One of an app's instances. It keeps its id over restarts of its task, which then counts one incarnation more.
/// Owned by the cluster loop.
/// </summary>
internal sealed class Instance(AppDefinition app, DateTimeOffset createdAt)
{
    private readonly SortedDictionary<int, HealthResult> _health = [];

    public string Id { get; } = $"{app.Id.SafePath}.instance-{Guid.NewGuid()}";

    public PathId AppId => App.Id;

    /// <summary>The definition that the present task was launched from, or the next one will be.</summary>
    public AppDefinition App { get; set; } = app;

    public Goal Goal { get; set; } = Goal.Running;

    public Condition Condition { get; set; } = Condition.Scheduled;

    /// <summary>Since when the instance is in its condition.</summary>
    public DateTimeOffset Since { get; set; } = createdAt;

    /// <summary>Since when the instance waits to be launched.</summary>
    public DateTimeOffset QueuedSince { get; set; } = createdAt;

    public int Incarnation { get; private set; }

    /// <summary>Null until a first offer was taken.</summary>
    public Placement? Placement { get; private set; }

    public DateTimeOffset StagedAt { get; private set; }

    public DateTimeOffset? StartedAt { get; set; }

    /// <summary>The process, while there is one.</summary>
    public IRunningTask? Task { get; set; }

    public bool KillRequested { get; set; }

    /// <summary>Null while not all health checks have a result.</summary>
    public bool? Healthy { get; set; }

    public string TaskId => $"{Id}._app.{Incarnation}";

    public bool IsTerminal => Condition is Condition.Killed or Condition.Finished or Condition.Failed or Condition.Error;

    /// <summary>Waits for an offer: it was never launched, or its task ended and it is to run again.</summary>
    public bool IsScheduled => Goal == Goal.Running && (IsTerminal || Condition == Condition.Scheduled);

    public bool IsActive => Condition is Condition.Provisioned or Condition.Starting or Condition.Running or Condition.Killing;

    public bool IsConsideredHealthy => !App.HasHealthChecks || Healthy == true;

    /// <summary>The checks that have a result, by their place in the app.</summary>
    public IEnumerable<HealthResult> HealthResults => _health.Values;

    /// <summary>The Mesos state that the API shows.</summary>
    public string TaskState => Condition switch
    {
        Condition.Scheduled or Condition.Provisioned => "TASK_STAGING",
        _ => "TASK_" + Condition.ToString().ToUpperInvariant(),
    };

    public HealthResult? HealthOf(int check) => _health.GetValueOrDefault(check);

    public void SetHealth(int check, HealthResult health) => _health[check] = health;

    /// <summary>Begins the next incarnation on the place that was found for it.</summary>
    public void Provision(AppDefinition definition, Placement placement, DateTimeOffset now)
    {
        App = definition;
        Placement = placement;
        Incarnation++;
        StagedAt = now;
        StartedAt = null;
        KillRequested = false;
        Healthy = null;
        _health.Clear();
    }
}
