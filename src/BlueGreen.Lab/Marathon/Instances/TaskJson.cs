using System.Text.Json.Nodes;
using BlueGreen.Lab.Marathon.State;

namespace BlueGreen.Lab.Marathon.Instances;

/// <summary>
/// A task as the API shows it. Source: <c>TaskConversion.scala</c> of mesosphere/marathon at 90619da; lists are there
/// when empty, and ports and times are there only while the task is active.
/// </summary>
internal static class TaskJson
{
    public static JsonObject? Of(Instance instance, IEnumerable<int>? servicePorts = null)
    {
        if (instance.Placement is not { } placement) return null;
        var json = new JsonObject
        {
            ["appId"] = instance.AppId.ToString(),
            ["healthCheckResults"] = instance.HealthResults.Select(h => h.ToJson(instance.Id)).ToJsonArray(),
            ["host"] = placement.Agent.Host,
            ["id"] = instance.TaskId,
            ["ipAddresses"] = IpAddresses(instance),
            ["ports"] = (instance.IsActive ? placement.AllocatedPorts : []).ToJsonArray(),
            ["servicePorts"] = (servicePorts ?? []).ToJsonArray(),
            ["slaveId"] = placement.Agent.Id,
            ["state"] = instance.TaskState,
        };
        if (instance.IsActive)
        {
            json["stagedAt"] = instance.StagedAt.ToMarathon();
            if (instance.StartedAt is { } startedAt) json["startedAt"] = startedAt.ToMarathon();
            json["version"] = instance.App.Version.ToMarathon();
        }

        json["localVolumes"] = new JsonArray();
        json["role"] = Definitions.AppNormalizer.DefaultRole;
        return json;
    }

    /// <summary>
    /// The addresses that Mesos reports once a task runs: the agent's in host networking, the task's own in container
    /// networking. A bridged task of the lab has none, since its network holds nothing but loopback.
    /// </summary>
    public static JsonArray IpAddresses(Instance instance)
    {
        var address = instance.StartedAt is null || instance.Placement is not { } placement ? null : instance.App.Mode switch
        {
            NetworkMode.Host => placement.Agent.Host,
            NetworkMode.Container => placement.ContainerAddress!.ToString(),
            _ => null,
        };
        return address is null ? [] : [new JsonObject { ["ipAddress"] = address, ["protocol"] = "IPv4" }];
    }
}
