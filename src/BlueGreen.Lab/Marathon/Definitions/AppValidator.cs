using System.Text.Json.Nodes;

namespace BlueGreen.Lab.Marathon.Definitions;

/// <summary>
/// Marathon's rules for an app, with its messages. Source: <c>AppValidation.scala</c>, <c>NetworkValidation.scala</c>
/// and <c>AppDefinition.scala</c> of mesosphere/marathon at 90619da.
/// </summary>
internal static class AppValidator
{
    private static readonly string[] MesosProtocols = ["COMMAND", "MESOS_TCP", "MESOS_HTTP", "MESOS_HTTPS"];

    public static void ThrowIfInvalid(IEnumerable<Violation> violations)
    {
        var list = violations.ToList();
        if (list.Count > 0) throw ApiException.NotValid(list);
    }

    /// <summary>How the members from before 1.5 may be combined with each other and with their successors.</summary>
    public static IEnumerable<Violation> OldMembers(JsonObject app)
    {
        if (app["container"]?["docker"]?["network"] is not null && Items(app, "networks").Count > 0)
            yield return new("/", "must not specify both container.docker.network and networks");
        if (app["ipAddress"] is not null && Items(app, "networks").Count > 0)
            yield return new("/", "must not specify both networks and ipAddress");
        if (Items(app, "uris").Count > 0 && Items(app, "fetch").Count > 0)
            yield return new("/uris", "may not be set in conjunction with fetch");

        var ports = Items(app, "ports").Select(p => Number(p!)).ToList();
        var definitions = Items(app, "portDefinitions");
        if (ports.Where(p => p != 0).GroupBy(p => p).Any(g => g.Count() > 1))
            yield return new("/", "ports must be unique");
        if (app["ipAddress"] is not null && (ports.Count > 0 || definitions.Count > 0))
            yield return new("/", "cannot specify both an IP address and port");
        if (app["ports"] is not null && app["portDefinitions"] is not null
            && !definitions.Select(d => Number(d!["port"]!)).SequenceEqual(ports))
            yield return new("/", "cannot specify both ports and port definitions");
    }

    /// <summary>The rules for an app in canonical form.</summary>
    public static IEnumerable<Violation> CanonicalMembers(JsonObject app, PathId id)
    {
        if (id.IsRoot) yield return new("/id", "must not be root");
        else if (!id.HasValidNames) yield return new("/id", $"must fully match regular expression '{PathId.NameRule}'");

        var hasCommand = app["cmd"] is not null;
        var hasArguments = Items(app, "args").Count > 0;
        var container = app["container"] as JsonObject;
        var isDocker = container?["type"]?.GetValue<string>() == "DOCKER";
        var runsImage = container is not null && (container["docker"] is not null || !isDocker);
        if (!((hasCommand ^ hasArguments) || (!(hasCommand && hasArguments) && runsImage)))
            yield return new("/", "AppDefinition must either contain one of 'cmd' or 'args', and/or a 'container'.");
        if (app["cmd"]?.GetValue<string>().Length == 1)
            yield return new("/", "must not be an empty string");
        if (isDocker && container!["docker"] is null)
            yield return new("/container/docker", "not defined");

        foreach (var violation in NetworkRules(app).Concat(CheckRules(app)).Concat(OtherRules(app)))
            yield return violation;
    }

    private static IEnumerable<Violation> NetworkRules(JsonObject app)
    {
        var networks = Items(app, "networks");
        var modes = networks.Select(n => n!["mode"]!.GetValue<string>()).ToList();
        var host = modes.Count(m => m == "host");
        var bridge = modes.Count(m => m == "container/bridge");
        var named = modes.Count(m => m == "container");
        if (networks.Any(n => n!["mode"]!.GetValue<string>() == "host" && (n["name"] is not null || n["labels"] is JsonObject { Count: > 0 })))
            yield return new("/networks", "Host networks may not have names or labels");
        if (networks.Any(n => n!["mode"]!.GetValue<string>() == "container/bridge" && n["name"] is not null))
            yield return new("/networks", "Bridge networks may not have names");
        if (networks.Select(n => n!["name"]?.GetValue<string>()).GroupBy(n => n).Any(g => g.Count() > 1 && (g.Key is not null || named > 1)))
            yield return new("/networks", "Duplicate networks are not allowed");
        if (!((host <= 1 && bridge == 0 && named == 0) || (host == 0 && bridge <= 1 && named == 0) || (host == 0 && bridge == 0)))
            yield return new("/networks", "May specify a single host network, single bridge network, or else 1-to-n container networks");

        var definitions = Items(app, "portDefinitions");
        var mappings = Items(app["container"] as JsonObject, "portMappings");
        if (definitions.Count > 0 && modes.Exists(m => m != "host"))
            yield return new("/", "portDefinitions are only allowed with host-networking");
        if (mappings.Count > 0 && host > 0)
            yield return new("/", "portMappings are not allowed with host-networking");
        if (HasDuplicates(definitions.Select(d => d!["name"]?.GetValue<string>())))
            yield return new("/portDefinitions", "Port names must be unique.");
        if (HasDuplicates(definitions.Select(d => Number(d!["port"]!)).Select(p => p == 0 ? null : p.ToString())))
            yield return new("/portDefinitions", "Ports must be unique.");
        if (HasDuplicates(mappings.Select(m => m!["name"]?.GetValue<string>())))
            yield return new("/container/portMappings", "Port names must be unique.");
    }

    private static IEnumerable<Violation> CheckRules(JsonObject app)
    {
        var portCount = Math.Max(Items(app["container"] as JsonObject, "portMappings").Count, Items(app, "portDefinitions").Count);
        var checks = Items(app, "healthChecks");
        for (var i = 0; i < checks.Count; i++)
        {
            var protocol = checks[i]!["protocol"]!.GetValue<string>();
            var index = checks[i]!["portIndex"];
            if (protocol == "COMMAND" && checks[i]!["command"] is null)
                yield return new($"/healthChecks({i})/command", "not defined");
            if (!MesosProtocols.Contains(protocol) && checks[i]!["port"] is null && (index is null ? portCount != 1 : Number(index) >= portCount))
                yield return new($"/healthChecks({i})", "Health check port indices must address an element of the ports array or container port mappings.");
        }

        if (checks.Count(c => MesosProtocols.Contains(c!["protocol"]!.GetValue<string>())) - checks.Count(c => c!["command"] is not null) > 1)
            yield return new("/", "AppDefinition can contain at most one Mesos health check");

        var readiness = Items(app, "readinessChecks");
        if (readiness.Count > 1) yield return new("/readinessChecks", $"got {readiness.Count}, expected 1 or less");
        var names = Items(app, "portDefinitions").Concat(Items(app["container"] as JsonObject, "portMappings"))
            .Select(p => p!["name"]?.GetValue<string>()).ToHashSet();
        for (var i = 0; i < readiness.Count; i++)
        {
            var check = readiness[i]!;
            var name = check["portName"]!.GetValue<string>();
            if (!names.Contains(name))
                yield return new($"/readinessChecks({i})/portName", $"No port definition reference for portName {name}");
            if (Number(check["timeoutSeconds"]!) >= Number(check["intervalSeconds"]!))
            {
                yield return new($"/readinessChecks({i})/timeoutSeconds",
                    $"got {check["timeoutSeconds"]}, expected less than {check["intervalSeconds"]}");
            }
        }
    }

    private static IEnumerable<Violation> OtherRules(JsonObject app)
    {
        var singleInstance = app["labels"]?["MARATHON_SINGLE_INSTANCE_APP"]?.GetValue<string>() == "true";
        if (singleInstance && Number(app["instances"]!) > 1)
            yield return new("/", "Single instance app may only have one instance");

        if (app["env"] is JsonObject env)
        {
            foreach (var (name, value) in env)
            {
                if (value is not (JsonValue or JsonObject)) yield return new($"/env/{name}", "error.expected.jsstring");
            }
        }

        if (Items(app, "secrets").Count > 0 || app["secrets"] is JsonObject { Count: > 0 })
            yield return new("/secrets", "Feature secrets is not enabled. Enable with --enable_features secrets)");
        if (Number(app["gpus"]!) > 0)
            yield return new("/", "Feature gpu_resources is not enabled. Enable with --enable_features gpu_resources)");
        if (app["role"]!.GetValue<string>() != AppNormalizer.DefaultRole)
            yield return new("/role", $"got {app["role"]}, expected one of: {AppNormalizer.DefaultRole}");
    }

    private static bool HasDuplicates(IEnumerable<string?> names) =>
        names.Where(n => n is not null).GroupBy(n => n).Any(g => g.Count() > 1);

    private static JsonArray Items(JsonObject? app, string name) => app?[name] as JsonArray ?? [];

    private static long Number(JsonNode node) => long.Parse(node.ToString(), System.Globalization.CultureInfo.InvariantCulture);
}
