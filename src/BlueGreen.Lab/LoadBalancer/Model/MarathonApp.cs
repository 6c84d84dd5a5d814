using System.Collections.Immutable;

namespace BlueGreen.Lab.LoadBalancer.Model;

/// <summary>How the tasks of an app are reached, as marathon-lb tells it from the app's definition.</summary>
internal static class NetworkMode
{
    public const string Host = "host";
    public const string Bridge = "container/bridge";
    public const string Container = "container";
}

/// <summary>An app of Marathon, reduced to what the load balancer's rules read.</summary>
internal sealed record MarathonApp(string Id, ImmutableDictionary<string, string> Labels)
{
    /// <summary>The id in Marathon; <see cref="Id"/> becomes the deployment group's name when the app belongs to one.</summary>
    public string MarathonId { get; init; } = Id;

    /// <summary>Wanted number of tasks; null when Marathon did not say.</summary>
    public int? Instances { get; init; }

    /// <summary><c>versionInfo.lastScalingAt</c> as Marathon writes it.</summary>
    public string? LastScalingAt { get; init; }

    public string Networking { get; init; } = NetworkMode.Host;

    public ImmutableArray<MarathonTask> Tasks { get; init; } = [];

    public ImmutableArray<HealthCheck> HealthChecks { get; init; } = [];

    /// <summary>From <c>container.docker.portMappings</c>, or <c>container.portMappings</c> where that one is empty.</summary>
    public ImmutableArray<PortMapping> PortMappings { get; init; } = [];

    /// <summary>Ports of <c>portDefinitions</c>; default (not just empty) when the app has no such member.</summary>
    public ImmutableArray<int> PortDefinitions { get; init; }

    public ImmutableArray<int> Ports { get; init; } = [];

    /// <summary><c>ipAddress.discovery.ports[].number</c>, Marathon before 1.5.</summary>
    public ImmutableArray<int> DiscoveryPorts { get; init; } = [];
}

/// <summary>One entry of an app's port mappings; a member that Marathon left out is null.</summary>
internal readonly record struct PortMapping(int? ContainerPort, int? ServicePort);

/// <summary>A running or failing task.</summary>
internal sealed record MarathonTask(string Id, string Host)
{
    /// <summary>Mesos task state; null where Marathon did not say.</summary>
    public string? State { get; init; }

    public ImmutableArray<int> Ports { get; init; } = [];

    /// <summary>First of <c>ipAddresses</c>; null or empty while none is allocated.</summary>
    public string? IpAddress { get; init; }

    /// <summary>True or false as soon as there are health results (alive: any one of them is), null before.</summary>
    public bool? Alive { get; init; }

    /// <summary>Taken out by the merge of a deployment group: written as a disabled server.</summary>
    public bool Draining { get; init; }
}

/// <summary>A health check of an app, as far as HAProxy's checks are derived from it. Times in seconds.</summary>
internal sealed record HealthCheck(string Protocol)
{
    public string Path { get; init; } = "/";

    public int? Port { get; init; }

    public int? PortIndex { get; init; }

    public int TimeoutSeconds { get; init; }

    public int IntervalSeconds { get; init; }

    public int GracePeriodSeconds { get; init; }

    public int MaxConsecutiveFailures { get; init; }
}
