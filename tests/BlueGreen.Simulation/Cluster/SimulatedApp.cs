using System.Globalization;
using BlueGreen.Engine.Marathon;
using Newtonsoft.Json.Linq;

namespace BlueGreen.Simulation.Cluster;

/// <summary>An app of the simulated Marathon.</summary>
internal sealed class SimulatedApp
{
    private static readonly string[] StateWords = ["TASK_STAGING", "TASK_RUNNING", "TASK_KILLING", "TASK_KILLED"];
    private MarathonApp? _read;

    public SimulatedApp(JObject json, Behaviour behaviour)
    {
        (Json, Behaviour, Id) = (json, behaviour, (string)json["id"]!);
        Learn();
    }

    public string Id { get; }

    /// <summary>The definition. Who changes it touches the app.</summary>
    public JObject Json { get; }

    public Behaviour Behaviour { get; set; }

    public int Instances { get; set; }

    public DateTimeOffset LastScalingAt { get; set; }

    public DateTimeOffset? LastConfigChangeAt { get; private set; }

    public List<Instance> Tasks { get; } = [];

    /// <summary>The deployment of Marathon's that holds it.</summary>
    public string? Deployment { get; set; }

    public int[] Ports { get; private set; } = [];

    public string? Group { get; private set; }

    public string StartedAt { get; private set; } = "0";

    public bool IsDeployed { get; private set; }

    public int? Target { get; private set; }

    public string[] Backends { get; private set; } = [];

    public bool HasHealthChecks { get; private set; }

    /// <summary>Launches that failed in a row, for the back-off.</summary>
    public int Failures { get; set; }

    public int Launching { get; set; }

    public bool IsRemoved { get; set; }

    /// <summary>What its answers say has changed.</summary>
    public void Touch() => _read = null;

    public string? Label(string name) => (string?)Json["labels"]?[name];

    /// <summary>Takes other values for some members of the definition. For Marathon that is a scaling as well.</summary>
    public void Change(JObject changes, DateTimeOffset at)
    {
        foreach (var (name, value) in changes) Json[name] = value?.DeepClone();
        LastConfigChangeAt = LastScalingAt = at;
        Learn();
        Touch();
    }

    /// <summary>The app as a client reads it. Made of Marathon's JSON, so that the client's own reading is under test.</summary>
    public MarathonApp Read()
    {
        if (_read is { } read) return read;
        var json = new JObject(Json)
        {
            ["instances"] = Instances,
            ["versionInfo"] = WriteVersions(),
            ["deployments"] = Deployment is null ? new JArray() : new JArray(new JObject { ["id"] = Deployment }),
        };
        var tasks = new JArray();
        foreach (var task in Tasks) tasks.Add(Write(task));
        json["tasks"] = tasks;
        return _read = new MarathonApp(json);
    }

    private void Learn()
    {
        Ports = Json["portDefinitions"] is JArray ports ? ports.Select(p => (int)p["port"]!).ToArray() : [];
        Group = Label("HAPROXY_DEPLOYMENT_GROUP");
        StartedAt = Label("HAPROXY_DEPLOYMENT_STARTED_AT") ?? "0";
        IsDeployed = Label("HAPROXY_DEPLOYMENT_NEW_INSTANCES") is not null;
        Target = Label("HAPROXY_DEPLOYMENT_TARGET_INSTANCES") is { } target ? int.Parse(target, CultureInfo.InvariantCulture) : null;
        Backends = Ports.Select((port, index) => $"{Group ?? Id[1..]}_{Label($"HAPROXY_{index}_PORT") ?? $"{port}"}").ToArray();
        HasHealthChecks = Json["healthChecks"] is JArray { Count: > 0 };
    }

    private JObject WriteVersions()
    {
        var json = new JObject { ["lastScalingAt"] = LastScalingAt.ToString("o", CultureInfo.InvariantCulture) };
        if (LastConfigChangeAt is { } at) json["lastConfigChangeAt"] = at.ToString("o", CultureInfo.InvariantCulture);
        return json;
    }

    private JArray WritePorts(Instance task)
    {
        var ports = new JArray();
        for (var index = 0; index < Ports.Length; index++) ports.Add(new JValue((long)task.Port + index));
        return ports;
    }

    private JObject Write(Instance task)
    {
        var json = new JObject
        {
            ["id"] = task.Id,
            ["appId"] = Id,
            ["host"] = "10.0.6.25",
            ["ports"] = WritePorts(task),
            ["state"] = StateWords[(int)task.State],
        };
        if (task.Alive is { } alive) json["healthCheckResults"] = new JArray(new JObject { ["alive"] = alive });
        return json;
    }
}
