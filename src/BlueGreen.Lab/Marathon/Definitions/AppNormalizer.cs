using System.Text.Json.Nodes;

namespace BlueGreen.Lab.Marathon.Definitions;

/// <summary>
/// Brings an app to Marathon's canonical form (1.5 and later): the older members <c>ports</c>, <c>uris</c>,
/// <c>ipAddress</c>, <c>container.docker.network</c> and <c>container.docker.portMappings</c> are translated and gone.
/// Source: <c>AppNormalization.scala</c> and <c>NetworkNormalization.scala</c> of mesosphere/marathon at 90619da.
/// </summary>
internal static class AppNormalizer
{
    /// <summary>The network that an app in container mode joins unless it names one; DC/OS sets it so.</summary>
    public const string DefaultNetworkName = "dcos";

    public const string DefaultRole = "*";

    /// <summary>Normalises and validates a whole app, read by <see cref="AppShape.App"/>.</summary>
    public static JsonObject Normalize(JsonObject source, PathId id)
    {
        var app = (JsonObject)source.DeepClone();
        app["id"] = id.ToString();
        AppValidator.ThrowIfInvalid(AppValidator.OldMembers(app));
        TranslateOldMembers(app);
        app["role"] ??= DefaultRole;
        ResolveDependencies(app, id);
        AppValidator.ThrowIfInvalid(AppValidator.CanonicalMembers(app, id));
        Complete(app);
        return app;
    }

    /// <summary>Lays a partial update over a canonical app; whatever the update does not name stays.</summary>
    public static JsonObject Merge(JsonObject current, JsonObject update, PathId id)
    {
        var changes = (JsonObject)update.DeepClone();
        TranslateForUpdate(changes);
        var merged = (JsonObject)current.DeepClone();
        foreach (var (name, value) in changes)
            merged[name] = value?.DeepClone();
        // Ports of one kind of networking make no sense in the other; Marathon drops them when the mode changes.
        if (changes.ContainsKey("networks") && !changes.ContainsKey("portDefinitions") && !IsHost(merged))
            merged.Remove("portDefinitions");
        return Normalize(merged, id);
    }

    private static void TranslateOldMembers(JsonObject app)
    {
        TranslateUris(app);
        var networks = Networks(app);
        if (networks is null) app.Remove("networks");
        else app["networks"] = networks;

        var givenDefinitions = app["portDefinitions"] as JsonArray ?? DefinitionsOf(app["ports"] as JsonArray);
        var container = app["container"] as JsonObject ?? (app["ipAddress"] is null ? null : NewMesosContainer());
        if (container is not null)
        {
            MoveDockerPortMappings(container);
            MoveDiscoveryPorts(container, app["ipAddress"] as JsonObject);
            (container["docker"] as JsonObject)?.Remove("network");
            FitPortMappings(container, IsHost(networks), givenDefinitions?.Count);
            app["container"] = container.Parent is null ? container : container.DeepClone();
        }

        app.Remove("ports");
        app.Remove("ipAddress");
        if (!IsHost(networks)) app.Remove("portDefinitions");
        else app["portDefinitions"] = givenDefinitions?.DeepClone() ?? new JsonArray(DefaultPort("port"));

        CompleteChecks(app);
    }

    private static void TranslateForUpdate(JsonObject update)
    {
        TranslateUris(update);
        var networks = Networks(update);
        if (networks is not null) update["networks"] = networks;
        if (update["container"] is JsonObject container)
        {
            MoveDockerPortMappings(container);
            MoveDiscoveryPorts(container, update["ipAddress"] as JsonObject);
            (container["docker"] as JsonObject)?.Remove("network");
        }

        if (update["portDefinitions"] is null && DefinitionsOf(update["ports"] as JsonArray) is { } definitions)
            update["portDefinitions"] = definitions;
        update.Remove("ports");
        update.Remove("ipAddress");
        update.Remove("id");
        update.Remove("version");
    }

    private static void TranslateUris(JsonObject app)
    {
        if (app["uris"] is JsonArray { Count: > 0 } uris)
        {
            if (app["fetch"] is JsonArray { Count: > 0 })
                throw ApiException.Unprocessable("cannot specify both uris and fetch fields");
            app["fetch"] = new JsonArray([.. uris.Select(uri => new JsonObject
            {
                ["uri"] = uri!.GetValue<string>(),
                ["extract"] = IsArchive(uri.GetValue<string>()),
                ["executable"] = false,
                ["cache"] = false,
            })]);
        }

        app.Remove("uris");
    }

    private static bool IsArchive(string uri) =>
        new[] { ".tgz", ".tar.gz", ".tbz2", ".tar.bz2", ".txz", ".tar.xz", ".zip" }.Any(uri.EndsWith);

    /// <summary>The networks that the old or the new members ask for; null when neither is there.</summary>
    private static JsonArray? Networks(JsonObject app)
    {
        var ipAddress = app["ipAddress"] as JsonObject;
        var dockerNetwork = app["container"]?["docker"]?["network"]?.GetValue<string>();
        var networks = app["networks"] is JsonArray { Count: > 0 } given ? given : null;
        if (networks is not null)
        {
            if (ipAddress is not null || dockerNetwork is not null)
                throw ApiException.Unprocessable("cannot mix deprecated and canonical network APIs");
            return (JsonArray)networks.DeepClone();
        }

        var labels = ipAddress?["labels"]?.DeepClone();
        return (ipAddress, dockerNetwork) switch
        {
            (null, null) => null,
            (_, "HOST") => [Network("host")],
            (_, "BRIDGE") => [Network("container/bridge", labels: labels)],
            (_, "USER") => [Network("container", ipAddress?["networkName"]?.GetValue<string>(), labels)],
            (_, not null) => throw ApiException.Unprocessable($"unsupported docker network type {dockerNetwork}"),
            _ => [Network("container", ipAddress!["networkName"]?.GetValue<string>(), labels)],
        };
    }

    private static JsonNode Network(string mode, string? name = null, JsonNode? labels = null)
    {
        var network = new JsonObject { ["mode"] = mode };
        if (name is not null) network["name"] = name;
        if (labels is JsonObject { Count: > 0 }) network["labels"] = labels;
        return network;
    }

    private static void MoveDockerPortMappings(JsonObject container)
    {
        if (container["docker"] is not JsonObject docker || docker["portMappings"] is not JsonArray mappings) return;
        docker.Remove("portMappings");
        if (container["portMappings"] is JsonArray { Count: > 0 })
        {
            if (mappings.Count > 0) throw ApiException.Unprocessable("cannot specify both portMappings and docker.portMappings");
            return;
        }

        container["portMappings"] = mappings;
    }

    private static void MoveDiscoveryPorts(JsonObject container, JsonObject? ipAddress)
    {
        if (ipAddress?["discovery"]?["ports"] is not JsonArray { Count: > 0 } ports) return;
        if (container["portMappings"] is JsonArray { Count: > 0 })
            throw ApiException.Unprocessable("container.portMappings and ipAddress.discovery.ports must not both be set");
        container["portMappings"] = new JsonArray([.. ports.Select(port => new JsonObject
        {
            ["containerPort"] = port!["number"]!.DeepClone(),
            ["labels"] = port["labels"]?.DeepClone() ?? new JsonObject(),
            ["name"] = port["name"]!.DeepClone(),
            ["protocol"] = port["protocol"]!.DeepClone(),
            ["servicePort"] = 0,
        })]);
    }

    private static void FitPortMappings(JsonObject container, bool host, int? definitions)
    {
        if (host)
        {
            container.Remove("portMappings");
            return;
        }

        if (container["portMappings"] is not JsonArray mappings)
            container["portMappings"] = mappings = [DefaultPort("containerPort")];
        while (mappings.Count < definitions)
            mappings.Add(NewPortMapping());
    }

    private static JsonObject NewPortMapping() => new()
    {
        ["containerPort"] = 0,
        ["labels"] = new JsonObject(),
        ["protocol"] = "tcp",
        ["servicePort"] = 0,
    };

    private static JsonObject DefaultPort(string kind)
    {
        var port = kind == "port" ? new JsonObject { ["port"] = 0, ["protocol"] = "tcp" } : NewPortMapping();
        port["name"] = "default";
        return port;
    }

    private static JsonArray? DefinitionsOf(JsonArray? ports) => ports is null
        ? null
        : [.. ports.Select(port => new JsonObject { ["port"] = port!.DeepClone(), ["protocol"] = "tcp" })];

    private static JsonObject NewMesosContainer() => new() { ["type"] = "MESOS", ["volumes"] = new JsonArray() };

    private static void CompleteChecks(JsonObject app)
    {
        foreach (var check in (app["healthChecks"] as JsonArray ?? []).OfType<JsonObject>())
        {
            if (check["protocol"]!.GetValue<string>() != "COMMAND" && check["port"] is null)
                check["portIndex"] ??= 0;
        }

        foreach (var check in (app["readinessChecks"] as JsonArray ?? []).OfType<JsonObject>())
        {
            if (check["httpStatusCodesForReady"] is not JsonArray { Count: > 0 })
                check["httpStatusCodesForReady"] = new JsonArray(200);
        }
    }

    private static void ResolveDependencies(JsonObject app, PathId id)
    {
        if (app["dependencies"] is JsonArray dependencies)
        {
            app["dependencies"] = new JsonArray([.. dependencies
                .Select(d => JsonValue.Create(PathId.Parse(d!.GetValue<string>(), id.Parent).ToString()))]);
        }
    }

    /// <summary>What Marathon adds after its validation.</summary>
    private static void Complete(JsonObject app)
    {
        if (app["networks"] is not JsonArray { Count: > 0 })
            app["networks"] = new JsonArray(Network("host"));
        foreach (var network in app["networks"]!.AsArray().OfType<JsonObject>())
        {
            if (network["mode"]!.GetValue<string>() == "container") network["name"] ??= DefaultNetworkName;
        }

        if (!IsHost(app))
        {
            if (app["container"] is null)
            {
                var container = NewMesosContainer();
                container["portMappings"] = new JsonArray(DefaultPort("containerPort"));
                app["container"] = container;
            }

            app["requirePorts"] = false;
            if (app["networks"]![0]!["mode"]!.GetValue<string>() == "container/bridge")
            {
                foreach (var mapping in app["container"]!["portMappings"]!.AsArray())
                    mapping!["hostPort"] ??= 0;
            }
        }

        app["unreachableStrategy"] ??= new JsonObject { ["inactiveAfterSeconds"] = 0, ["expungeAfterSeconds"] = 0 };
        app["upgradeStrategy"] ??= new JsonObject { ["maximumOverCapacity"] = 1.0, ["minimumHealthCapacity"] = 1.0 };
        app.Remove("version");
        DropEmpty(app, AppShape.App);
    }

    private static void DropEmpty(JsonObject value, ObjectShape shape)
    {
        foreach (var member in shape.Members.Where(m => m.OmitEmpty))
        {
            if (value[member.Name] is JsonArray { Count: 0 } or JsonObject { Count: 0 }) value.Remove(member.Name);
        }
    }

    private static bool IsHost(JsonObject app) => IsHost(app["networks"] as JsonArray);

    // No network at all means host networking, as it becomes so at the end.
    private static bool IsHost(JsonArray? networks) =>
        networks is null or { Count: 0 } || networks.Any(n => n!["mode"]!.GetValue<string>() == "host");
}
