using System.Text.Json.Nodes;

namespace BlueGreen.Lab.Marathon.State;

internal enum NetworkMode
{
    Host,
    Bridge,
    Container,
}

/// <summary>One port of an app: what the task listens on, what it has on the agent, and its name for balancers.</summary>
/// <param name="ContainerPort">Null in host networking.</param>
/// <param name="HostPort">0: any; null: none on the agent (container networking only).</param>
internal sealed record PortRequest(int? ContainerPort, int? HostPort, int ServicePort, string? Name);

/// <summary>An app at one version, in canonical form. Its JSON is never changed once it is here.</summary>
internal sealed class AppDefinition
{
    private readonly JsonObject _json;

    /// <param name="json">Canonical members, without <c>version</c> and <c>versionInfo</c>.</param>
    /// <param name="versionInfo">Null only before the group manager has given the definition a version.</param>
    /// <param name="restartWanted">The definition is to be deployed anew though it may equal its predecessor.</param>
    public AppDefinition(JsonObject json, VersionInfo? versionInfo = null, bool restartWanted = false)
    {
        _json = json;
        VersionInfo = versionInfo;
        RestartWanted = restartWanted;
        Id = PathId.Parse(json.Text("id")!);
        Instances = json.Int("instances")!.Value;
        Mode = json["networks"]![0].Text("mode") switch
        {
            "host" => NetworkMode.Host,
            "container/bridge" => NetworkMode.Bridge,
            _ => NetworkMode.Container,
        };
        Ports = Mode == NetworkMode.Host
            ? [.. json.Objects("portDefinitions").Select(d => new PortRequest(null, 0, d.Int("port")!.Value, d.Text("name")))]
            : [.. json["container"].Objects("portMappings").Select(m =>
                new PortRequest(m.Int("containerPort"), m.Int("hostPort"), m.Int("servicePort")!.Value, m.Text("name")))];
    }

    public PathId Id { get; }

    public int Instances { get; }

    public NetworkMode Mode { get; }

    public IReadOnlyList<PortRequest> Ports { get; }

    public VersionInfo? VersionInfo { get; }

    public bool RestartWanted { get; }

    public DateTimeOffset Version => VersionInfo!.Version;

    public IEnumerable<int> ServicePorts => Ports.Select(p => p.ServicePort);

    public bool RequirePorts => _json.Flag("requirePorts");

    public string? Command => _json.Text("cmd");

    public IReadOnlyList<string> Arguments => [.. (_json["args"] as JsonArray ?? []).Select(a => a!.GetValue<string>())];

    public IReadOnlyDictionary<string, string> Environment => _json.Map("env");

    public IReadOnlyDictionary<string, string> Labels => _json.Map("labels");

    public string? DockerImage => _json["container"]?["docker"].Text("image");

    public double Cpus => _json.Double("cpus")!.Value;

    public double Memory => _json.Double("mem")!.Value;

    public double Disk => _json.Double("disk")!.Value;

    public IEnumerable<JsonObject> HealthChecks => _json.Objects("healthChecks");

    public bool HasHealthChecks => HealthChecks.Any();

    public JsonObject? ReadinessCheck => _json.Objects("readinessChecks").FirstOrDefault();

    public double MinimumHealthCapacity => _json["upgradeStrategy"].Double("minimumHealthCapacity")!.Value;

    public double MaximumOverCapacity => _json["upgradeStrategy"].Double("maximumOverCapacity")!.Value;

    public TimeSpan Backoff => _json.Seconds("backoffSeconds");

    public double BackoffFactor => _json.Double("backoffFactor")!.Value;

    public TimeSpan MaxLaunchDelay => _json.Seconds("maxLaunchDelaySeconds");

    public bool KillsOldestFirst => _json.Text("killSelection") == "OLDEST_FIRST";

    /// <summary>How long a task has between SIGTERM and SIGKILL; 3 s as Mesos has it, unless the app says otherwise.</summary>
    public TimeSpan KillGracePeriod =>
        _json.Double("taskKillGracePeriodSeconds") is { } seconds ? TimeSpan.FromSeconds(seconds) : TimeSpan.FromSeconds(3);

    public IEnumerable<PathId> Dependencies =>
        (_json["dependencies"] as JsonArray ?? []).Select(d => PathId.Parse(d!.GetValue<string>()));

    public IReadOnlyList<IReadOnlyList<string>> Constraints =>
        [.. (_json["constraints"] as JsonArray ?? []).Select(c => c!.AsArray().Select(p => p!.GetValue<string>()).ToList())];

    public JsonObject CopyJson() => (JsonObject)_json.DeepClone();

    /// <summary>The app as the API shows it.</summary>
    public JsonObject ToJson()
    {
        var json = CopyJson();
        if (VersionInfo is not null)
        {
            json["version"] = VersionInfo.Version.ToMarathon();
            json["versionInfo"] = new JsonObject
            {
                ["lastScalingAt"] = VersionInfo.LastScalingAt.ToMarathon(),
                ["lastConfigChangeAt"] = VersionInfo.LastConfigChangeAt.ToMarathon(),
            };
        }

        return json;
    }

    public AppDefinition WithVersionInfo(VersionInfo info) => new(_json, info);

    public AppDefinition WithJson(JsonObject json) => new(json, VersionInfo, RestartWanted);

    public AppDefinition MarkedForRestart() => new(_json, VersionInfo, restartWanted: true);

    public AppDefinition WithInstances(int instances)
    {
        var json = CopyJson();
        json["instances"] = instances;
        return WithJson(json);
    }

    /// <summary>Whether the tasks of this definition differ from the tasks of <paramref name="other"/>.</summary>
    public bool DiffersInConfigurationFrom(AppDefinition other)
    {
        if (ReferenceEquals(_json, other._json)) return false;
        var mine = CopyJson();
        var others = other.CopyJson();
        mine.Remove("instances");
        others.Remove("instances");
        return !JsonNode.DeepEquals(mine, others);
    }
}
