using System.Text.Json.Nodes;
using BlueGreen.Lab.Marathon.Events;
using BlueGreen.Lab.Marathon.State;

namespace BlueGreen.Lab.Marathon.Instances;

/// <summary>A task failure that the API remembers for its app.</summary>
internal sealed record TaskFailure(JsonObject Json);

/// <summary>All instances, and the events that tell of their changes. Owned by the cluster loop.</summary>
internal sealed class InstanceTracker(ClusterLoop loop, EventBus events, TimeProvider time)
{
    private readonly Dictionary<string, Instance> _instances = [];
    private readonly Dictionary<PathId, TaskFailure> _failures = [];

    public IEnumerable<Instance> All => _instances.Values;

    public IReadOnlyList<Instance> OfApp(PathId id) => [.. _instances.Values.Where(i => i.AppId == id)];

    public Instance? Find(string instanceId) => _instances.GetValueOrDefault(instanceId);

    public JsonObject? LastFailureOf(PathId id) => (JsonObject?)_failures.GetValueOrDefault(id)?.Json.DeepClone();

    public Instance Add(AppDefinition app)
    {
        var instance = new Instance(app, time.GetUtcNow());
        _instances.Add(instance.Id, instance);
        PublishInstanceChanged(instance);
        loop.Changed();
        return instance;
    }

    /// <summary>Moves an instance to a condition and tells of it, first as a task's status, then as an instance's change.</summary>
    public void SetCondition(Instance instance, Condition condition, string message = "")
    {
        instance.Condition = condition;
        instance.Since = time.GetUtcNow();
        if (instance.IsScheduled) instance.QueuedSince = instance.Since;
        if (condition is not (Condition.Scheduled or Condition.Provisioned))
            PublishStatusUpdate(instance, message);
        if (condition is Condition.Failed or Condition.Error)
            RememberFailure(instance, instance.TaskState, message);
        PublishInstanceChanged(instance);
        loop.Changed();
    }

    public void SetGoal(Instance instance, Goal goal)
    {
        if (instance.Goal == goal) return;
        instance.Goal = goal;
        PublishInstanceChanged(instance);
        loop.Changed();
    }

    public void SetHealthy(Instance instance, bool? healthy)
    {
        if (instance.Healthy == healthy) return;
        instance.Healthy = healthy;
        events.Publish("instance_health_changed_event", new JsonObject
        {
            ["instanceId"] = instance.Id,
            ["runSpecId"] = instance.AppId.ToString(),
            ["healthy"] = healthy,
            ["runSpecVersion"] = instance.App.Version.ToMarathon(),
        });
        loop.Changed();
    }

    public void Remove(Instance instance)
    {
        if (_instances.Remove(instance.Id)) loop.Changed();
    }

    public void ForgetFailuresOf(PathId id) => _failures.Remove(id);

    public void RememberFailure(Instance instance, string state, string message) =>
        _failures[instance.AppId] = new TaskFailure(new JsonObject
        {
            ["appId"] = instance.AppId.ToString(),
            ["host"] = instance.Placement!.Agent.Host,
            ["message"] = message,
            ["state"] = state,
            ["taskId"] = instance.TaskId,
            ["timestamp"] = time.GetUtcNow().ToMarathon(),
            ["version"] = instance.App.Version.ToMarathon(),
            ["slaveId"] = instance.Placement.Agent.Id,
        });

    private void PublishStatusUpdate(Instance instance, string message) => events.Publish("status_update_event", new JsonObject
    {
        ["slaveId"] = instance.Placement?.Agent.Id ?? "",
        ["taskId"] = instance.TaskId,
        ["taskStatus"] = instance.TaskState,
        ["message"] = message,
        ["appId"] = instance.AppId.ToString(),
        ["host"] = instance.Placement?.Agent.Host ?? "unknown",
        ["ipAddresses"] = TaskJson.IpAddresses(instance),
        ["ports"] = instance.Placement?.AllocatedPorts.ToJsonArray() ?? [],
        ["version"] = instance.App.Version.ToMarathon(),
    });

    private void PublishInstanceChanged(Instance instance) => events.Publish("instance_changed_event", new JsonObject
    {
        ["instanceId"] = instance.Id,
        ["condition"] = instance.Condition.ToString(),
        ["runSpecId"] = instance.AppId.ToString(),
        ["agentId"] = instance.Placement?.Agent.Id,
        ["host"] = instance.Placement?.Agent.Host,
        ["runSpecVersion"] = instance.App.Version.ToMarathon(),
    });
}
