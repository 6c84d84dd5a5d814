using System.Collections.Immutable;
using System.Text.Json;

namespace BlueGreen.Lab.LoadBalancer.Model;

/// <summary>Reads the answer to <c>GET /v2/apps?embed=apps.tasks</c>. A member that is null counts as absent.</summary>
internal static class AppListReader
{
    /// <exception cref="AppListException">The text is not an app list, or an app lacks what the rules need.</exception>
    public static ImmutableArray<MarathonApp> Read(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var apps = document.RootElement.Member("apps")
                ?? throw new AppListException("Marathon's answer has no member 'apps'; is this really GET /v2/apps?");
            return [.. apps.EnumerateArray().Select(ReadApp)];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new AppListException($"Marathon's app list cannot be read: {e.Message}", e);
        }
    }

    private static MarathonApp ReadApp(JsonElement app)
    {
        var id = app.Text("id") ?? throw new AppListException("An app in Marathon's list has no id.");
        var labels = app.Member("labels") ?? throw new AppListException($"App '{id}' has no member 'labels'.");
        var docker = app.Member("container")?.Member("docker");
        var ipAddress = app.Member("ipAddress");
        var tasks = app.Member("tasks")
            ?? throw new AppListException($"App '{id}' has no member 'tasks'; the list must be read with embed=apps.tasks.");

        return new MarathonApp(id, labels.EnumerateObject()
            .Where(label => label.Value.ValueKind != JsonValueKind.Null)
            .ToImmutableDictionary(label => label.Name, label => label.Value.ToString()))
        {
            Instances = app.Number("instances"),
            LastScalingAt = app.Member("versionInfo")?.Text("lastScalingAt"),
            Networking = ReadNetworking(app, docker, ipAddress),
            Tasks = [.. tasks.EnumerateArray().Select(ReadTask)],
            HealthChecks = [.. app.Items("healthChecks").Select(check => ReadHealthCheck(id, check))],
            PortMappings = [.. PortMappingsOf(app, docker).Select(m => new PortMapping(m.Number("containerPort"), m.Number("servicePort")))],
            PortDefinitions = app.Member("portDefinitions") is { } definitions
                ? [.. definitions.EnumerateArray().Select(d => d.Number("port")).OfType<int>()]
                : default,
            Ports = [.. app.Items("ports").Select(p => p.GetInt32())],
            DiscoveryPorts = [.. (ipAddress?.Member("discovery")?.Items("ports") ?? []).Select(p => p.Number("number")).OfType<int>()],
        };
    }

    private static string ReadNetworking(JsonElement app, JsonElement? docker, JsonElement? ipAddress)
    {
        var mode = ipAddress is { } address && address.EnumerateObject().Any() ? NetworkMode.Container : NetworkMode.Host;
        mode = docker?.Text("network") switch
        {
            "USER" => NetworkMode.Container,
            "BRIDGE" => NetworkMode.Bridge,
            _ => mode,
        };

        // Modes cannot be mixed within an app, so that the last one stands for all.
        foreach (var network in app.Items("networks"))
            mode = network.Text("mode") ?? NetworkMode.Container;
        return mode;
    }

    private static IEnumerable<JsonElement> PortMappingsOf(JsonElement app, JsonElement? docker)
    {
        var ofDocker = docker?.Items("portMappings").ToList() ?? [];
        return ofDocker.Count > 0 ? ofDocker : app.Member("container")?.Items("portMappings") ?? [];
    }

    private static MarathonTask ReadTask(JsonElement task) => new(task.Text("id") ?? "", task.Text("host") ?? "")
    {
        State = task.Text("state"),
        Ports = [.. task.Items("ports").Select(p => p.GetInt32())],
        IpAddress = task.Items("ipAddresses").Select(a => a.Text("ipAddress")).FirstOrDefault(),
        Alive = task.Member("healthCheckResults") is { } results
            ? results.EnumerateArray().Any(result => result.Member("alive")?.ValueKind == JsonValueKind.True)
            : null,
    };

    private static HealthCheck ReadHealthCheck(string appId, JsonElement check)
    {
        return new HealthCheck(check.Text("protocol") ?? throw Missing("protocol"))
        {
            Path = check.Text("path") ?? "/",
            Port = check.Number("port"),
            PortIndex = check.Number("portIndex"),
            TimeoutSeconds = check.Number("timeoutSeconds") ?? throw Missing("timeoutSeconds"),
            IntervalSeconds = check.Number("intervalSeconds") ?? throw Missing("intervalSeconds"),
            GracePeriodSeconds = check.Number("gracePeriodSeconds") ?? throw Missing("gracePeriodSeconds"),
            MaxConsecutiveFailures = check.Number("maxConsecutiveFailures") ?? throw Missing("maxConsecutiveFailures"),
        };

        AppListException Missing(string member) => new($"A health check of app '{appId}' has no member '{member}'.");
    }
}

/// <summary>Reads members of a JSON object; null and absent are the same.</summary>
file static class JsonElementExtensions
{
    public static JsonElement? Member(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value)
            && value.ValueKind is not JsonValueKind.Null
            ? value
            : null;

    public static string? Text(this JsonElement element, string name) => element.Member(name)?.ToString();

    public static int? Number(this JsonElement element, string name) => element.Member(name)?.GetInt32();

    public static IEnumerable<JsonElement> Items(this JsonElement element, string name) =>
        element.Member(name)?.EnumerateArray() ?? Enumerable.Empty<JsonElement>();
}
