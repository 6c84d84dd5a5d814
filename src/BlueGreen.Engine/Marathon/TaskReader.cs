using Newtonsoft.Json.Linq;

namespace BlueGreen.Engine.Marathon;

/// <summary>Reads tasks out of Marathon's answers.</summary>
internal static class TaskReader
{
    public static MarathonTask Read(JObject json, string? appId = null)
    {
        var results = json["healthCheckResults"] is JArray array
            ? array.OfType<JObject>().Select(r => r.Flag("alive")).OfType<bool>().ToList()
            : [];
        var what = $"task {json.Text("id")} of {appId ?? json.Text("appId")}";
        return new MarathonTask
        {
            Id = json.Text("id") ?? throw new BlueGreenException(
                ErrorKind.ProtocolError, "TaskWithoutId", "A task in Marathon's answer has no id.",
                "Check that the Marathon address leads to Marathon and not to something in front of it.", appId),
            AppId = json.Text("appId") ?? appId ?? "",
            Host = json.Text("host") ?? "",
            // Old versions leave the state out of tasks that run.
            State = json.Text("state") ?? (json.Text("startedAt") is null ? "TASK_STAGING" : "TASK_RUNNING"),
            IpAddresses = json["ipAddresses"] is JArray addresses
                ? [.. addresses.OfType<JObject>().Select(a => a.Text("ipAddress")).OfType<string>()]
                : [],
            Ports = [.. json.List("ports", what).Select(port => Port(port, what))],
            Health = results.Count == 0 ? TaskHealth.Unknown : results.TrueForAll(a => a) ? TaskHealth.Healthy : TaskHealth.Unhealthy,
            AnyCheckAlive = results.Contains(true),
            StagedAt = json.Time("stagedAt"),
            StartedAt = json.Time("startedAt"),
            Version = json.Text("version"),
        };
    }

    /// <summary>One that cannot be read would hide a server of the task.</summary>
    private static int Port(JToken port, string what) =>
        port.AsWhole() is { } number and >= 0 and <= 65535 ? (int)number : throw JsonText.Unreadable(what, $"'{port.AsText()}' is not a port", null);
}
