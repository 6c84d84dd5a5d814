using System.Text.Json.Nodes;

namespace BlueGreen.Lab.Marathon.Definitions;

/// <summary>
/// The members of an app, their bounds and their defaults. Source: <c>docs/docs/rest-api/public/api/v2/types/*.raml</c>
/// of mesosphere/marathon at 90619da (the 1.11 line). Members that are not listed are dropped, as Marathon drops them.
/// </summary>
internal static class AppShape
{
    private static readonly Shape Text = new TextShape();
    private static readonly Shape NonEmptyText = new TextShape(minLength: 1);
    private static readonly Shape Boolean = new BooleanShape();
    private static readonly Shape Labels = new MapShape(Text);
    private static readonly Shape AnyPort = new NumberShape(0, 65535, integer: true);
    private static readonly Shape Count = new NumberShape(0, int.MaxValue, integer: true);
    private static readonly Shape Amount = new NumberShape(0);
    private static readonly Shape Share = new NumberShape(0, 1);
    private static readonly Shape Anything = new AnyShape();
    private static readonly Shape PortName = new TextShape(minLength: 1, pattern: "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$");
    private static readonly Shape PortProtocol = new ChoiceShape("tcp", "udp", "udp,tcp");

    private static readonly ObjectShape HealthCheck = new(
        new("command", new ObjectShape(new Member("value", Text, Required: true))),
        new("gracePeriodSeconds", Count, Default: () => 300),
        new("ignoreHttp1xx", Boolean),
        new("intervalSeconds", Count, Default: () => 60),
        new("maxConsecutiveFailures", Count, Default: () => 3),
        new("path", Text),
        new("port", AnyPort),
        new("portIndex", AnyPort),
        new("protocol", new ChoiceShape("HTTP", "HTTPS", "TCP", "COMMAND", "MESOS_TCP", "MESOS_HTTP", "MESOS_HTTPS"), Default: () => "HTTP"),
        new("ipProtocol", new ChoiceShape("IPv4", "IPv6"), Default: () => "IPv4"),
        new("timeoutSeconds", Count, Default: () => 20),
        new("delaySeconds", Count, Default: () => 15));

    private static readonly ObjectShape ReadinessCheck = new(
        new("name", NonEmptyText, Default: () => "readinessCheck"),
        new("protocol", new ChoiceShape("HTTP", "HTTPS"), Default: () => "HTTP"),
        new("path", new TextShape(1, 1024), Default: () => "/"),
        new("portName", PortName, Default: () => "http-api"),
        new("intervalSeconds", Count, Default: () => 30),
        new("timeoutSeconds", new NumberShape(1, int.MaxValue, integer: true), Default: () => 10),
        new("httpStatusCodesForReady", new ListShape(new NumberShape(100, 999, integer: true))),
        new("preserveLastResponse", Boolean, Default: () => false));

    private static readonly ObjectShape PortDefinition = new(
        new("port", AnyPort, Default: () => 0),
        new("labels", Labels, OmitEmpty: true),
        new("name", PortName),
        new("protocol", PortProtocol, Default: () => "tcp"));

    private static readonly ObjectShape PortMapping = new(
        new("containerPort", AnyPort, Default: () => 0),
        new("hostPort", AnyPort),
        new("labels", Labels, Default: () => new JsonObject()),
        new("name", PortName),
        new("protocol", PortProtocol, Default: () => "tcp"),
        new("servicePort", AnyPort, Default: () => 0),
        new("networkNames", new ListShape(Text), OmitEmpty: true));

    private static readonly ObjectShape Docker = new(
        new("credential", Anything),
        new("pullConfig", Anything),
        new("forcePullImage", Boolean, Default: () => false),
        new("image", NonEmptyText, Required: true),
        new("network", new ChoiceShape("BRIDGE", "HOST", "NONE", "USER")),
        new("parameters", new ListShape(new ObjectShape(new("key", NonEmptyText, Required: true), new("value", Text, Required: true))),
            Default: () => new JsonArray()),
        new("portMappings", new ListShape(PortMapping)),
        new("privileged", Boolean, Default: () => false));

    private static readonly ObjectShape Container = new(
        new("type", new ChoiceShape("MESOS", "DOCKER"), Default: () => "DOCKER"),
        new("docker", Docker),
        new("linuxInfo", Anything),
        new("volumes", new ListShape(Anything), Default: () => new JsonArray()),
        new("portMappings", new ListShape(PortMapping)));

    private static readonly ObjectShape Network = new(
        new("name", new TextShape(1, 63, "^[a-z0-9]([-a-z0-9_]*[a-z0-9])?$")),
        new("mode", new ChoiceShape("container", "container/bridge", "host"), Default: () => "container"),
        new("labels", Labels, OmitEmpty: true));

    private static readonly ObjectShape IpAddress = new(
        new("discovery", new ObjectShape(new Member("ports", new ListShape(new ObjectShape(
            new("number", AnyPort, Default: () => 0),
            new("name", PortName, Required: true),
            new("protocol", PortProtocol, Default: () => "tcp"),
            new("labels", Labels)))))),
        new("groups", new ListShape(Text)),
        new("labels", Labels),
        new("networkName", NonEmptyText));

    private static readonly ObjectShape Artifact = new(
        new("uri", new TextShape(1, 1024), Required: true),
        new("extract", Boolean, Default: () => true),
        new("executable", Boolean, Default: () => false),
        new("cache", Boolean, Default: () => false),
        new("destPath", new TextShape(1, 1024)));

    private static readonly ObjectShape UpgradeStrategy = new(
        new("maximumOverCapacity", Share, Required: true),
        new("minimumHealthCapacity", Share, Required: true));

    /// <summary>An app as it may be posted.</summary>
    public static ObjectShape App { get; } = new(
        new("id", NonEmptyText, Required: true),
        new("acceptedResourceRoles", new ListShape(Text)),
        new("args", new ListShape(Text), OmitEmpty: true),
        new("backoffFactor", new NumberShape(1), Default: () => 1.15),
        new("backoffSeconds", Count, Default: () => 1),
        new("check", Anything),
        new("cmd", NonEmptyText),
        new("constraints", new ListShape(new ListShape(Text)), OmitEmpty: true),
        new("container", Container),
        new("cpus", new NumberShape(0.001), Default: () => 1.0),
        new("dependencies", new ListShape(NonEmptyText), OmitEmpty: true),
        new("disk", Amount, Default: () => 0.0),
        new("env", new MapShape(Anything), OmitEmpty: true),
        new("executor", new TextShape(pattern: "^(//cmd)$|^(/?[^/]+(/[^/]+)*)$|^$"), Default: () => ""),
        new("executorResources", Anything),
        new("fetch", new ListShape(Artifact), OmitEmpty: true),
        new("gpus", Count, Default: () => 0),
        new("healthChecks", new ListShape(HealthCheck), OmitEmpty: true),
        new("instances", Count, Default: () => 1),
        new("ipAddress", IpAddress),
        new("killSelection", new ChoiceShape("YOUNGEST_FIRST", "OLDEST_FIRST"), Default: () => "YOUNGEST_FIRST"),
        new("labels", Labels, Default: () => new JsonObject()),
        new("maxLaunchDelaySeconds", Count, Default: () => 300),
        new("mem", Amount, Default: () => 128.0),
        new("networks", new ListShape(Network)),
        new("portDefinitions", new ListShape(PortDefinition)),
        new("ports", new ListShape(AnyPort)),
        new("readinessChecks", new ListShape(ReadinessCheck), OmitEmpty: true),
        new("requirePorts", Boolean, Default: () => false),
        new("residency", Anything),
        new("resourceLimits", Anything),
        new("role", NonEmptyText),
        new("secrets", new MapShape(Anything), OmitEmpty: true),
        new("taskKillGracePeriodSeconds", Count),
        new("tty", Boolean),
        new("unreachableStrategy", Anything),
        new("upgradeStrategy", UpgradeStrategy),
        new("uris", new ListShape(new TextShape(1, 1024))),
        new("user", Text),
        new("version", Text));

    /// <summary>A partial update of an app; <c>version</c> in it asks for a return to that version.</summary>
    public static ObjectShape Update { get; } = App.AsUpdate();
}
