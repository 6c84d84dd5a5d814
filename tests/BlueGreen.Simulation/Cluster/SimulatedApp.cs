using System.Globalization;
using BlueGreen.Engine.Marathon;
using Newtonsoft.Json.Linq;

namespace BlueGreen.Simulation.Cluster;

/// <summary>An app of the simulated Marathon.</summary>
internal sealed class SimulatedApp
{
    private static readonly string[] StateWords = ["TASK_STAGING", "TASK_RUNNING", "TASK_KILLING", "TASK_KILLED"];
    private readonly JObject _json;
    private MarathonApp? _read;

    public SimulatedApp(JObject json, Behaviour behaviour)
    {
        _json = json;
        Behaviour = behaviour;
        Id = (string)json["id"]!;
        Ports = ((JArray)json["portDefinitions"]!).Select(p => (int)p["port"]!).ToArray();
        Group = Label("HAPROXY_DEPLOYMENT_GROUP");
        StartedAt = Label("HAPROXY_DEPLOYMENT_STARTED_AT") ?? "0";
        IsDeployed = Label("HAPROXY_DEPLOYMENT_NEW_INSTANCES") is not null;
        Target = Label("HAPROXY_DEPLOYMENT_TARGET_INSTANCES") is { } target ? int.Parse(target, CultureInfo.InvariantCulture) : null;
        Backends = Ports.Select((port, index) => $"{Group ?? Id[1..]}_{Label($"HAPROXY_{index}_PORT") ?? $"{port}"}").ToArray();
        HasHealthChecks = json["healthChecks"] is JArray { Count: > 0 };
    }

    public string Id { get; }

    public Behaviour Behaviour { get; set; }

    public int Instances { get; set; }

    public DateTimeOffset LastScalingAt { get; set; }

    public List<Instance> Tasks { get; } = [];

    /// <summary>The deployment of Marathon's that holds it.</summary>
    public string? Deployment { get; set; }

    public int[] Ports { get; }

    public string? Group { get; }

    public string StartedAt { get; }

    public bool IsDeployed { get; }

    public int? Target { get; }

    public string[] Backends { get; }

    public bool HasHealthChecks { get; }

    /// <summary>Launches that failed in a row, for the back-off.</summary>
    public int Failures { get; set; }

    public int Launching { get; set; }

    public bool IsRemoved { get; set; }

    /// <summary>What its answers say has changed.</summary>
    public void Touch() => _read = null;

    public string? Label(string name) => (string?)_json["labels"]?[name];

    /// <summary>The app as a client reads it. Made of Marathon's JSON, so that the client's own reading is under test.</summary>
    public MarathonApp Read()
    {
        if (_read is { } read) return read;
        // Nothing in the definition changes, and the reader changes nothing: the members can be shared.
        var json = new JObject(_json.Properties().Where(p => p.Name != "instances"))
        {
            ["instances"] = Instances,
            ["versionInfo"] = new JObject { ["lastScalingAt"] = LastScalingAt.ToString("o", CultureInfo.InvariantCulture) },
            ["deployments"] = Deployment is null ? new JArray() : new JArray(new JObject { ["id"] = Deployment }),
            ["tasks"] = new JArray(Tasks.Select(Write)),
        };
        return _read = new MarathonApp(json);
    }

    private JObject Write(Instance task)
    {
        var json = new JObject
        {
            ["id"] = task.Id,
            ["appId"] = Id,
            ["host"] = "10.0.6.25",
            ["ports"] = new JArray(Ports.Select((_, index) => (long)task.Port + index)),
            ["state"] = StateWords[(int)task.State],
        };
        if (task.Alive is { } alive) json["healthCheckResults"] = new JArray(new JObject { ["alive"] = alive });
        return json;
    }
}
