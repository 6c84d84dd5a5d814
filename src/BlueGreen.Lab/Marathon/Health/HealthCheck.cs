using System.Text.Json.Nodes;

namespace BlueGreen.Lab.Marathon.Health;

/// <summary>A health check of an app, read from its canonical JSON.</summary>
internal sealed class HealthCheck(JsonObject json)
{
    /// <summary>Marathon looks at a new app's tasks after this at the latest, however long the interval is.</summary>
    public static readonly TimeSpan FirstCheckAfter = TimeSpan.FromSeconds(5);

    public string Protocol { get; } = json.Text("protocol")!;

    public string Path => json.Text("path") is { Length: > 0 } path ? (path[0] == '/' ? path : "/" + path) : "/";

    public string? Command => json["command"].Text("value");

    public int? Port => json.Int("port");

    public int PortIndex => json.Int("portIndex") ?? 0;

    public TimeSpan GracePeriod => json.Seconds("gracePeriodSeconds");

    public TimeSpan Interval => json.Seconds("intervalSeconds");

    public TimeSpan Timeout => json.Seconds("timeoutSeconds");

    public TimeSpan Delay => json.Seconds("delaySeconds");

    public int MaxConsecutiveFailures => json.Int("maxConsecutiveFailures")!.Value;

    public bool IgnoresHttp1xx => json.Flag("ignoreHttp1xx");

    /// <summary>Mesos runs the check next to the task and reports its result; otherwise Marathon itself calls the task.</summary>
    public bool RunsInTask => Protocol == "COMMAND" || Protocol.StartsWith("MESOS_", StringComparison.Ordinal);

    public JsonObject ToJson() => (JsonObject)json.DeepClone();
}
