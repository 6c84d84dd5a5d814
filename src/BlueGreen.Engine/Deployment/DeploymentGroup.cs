using BlueGreen.Engine.Haproxy;
using BlueGreen.Engine.Marathon;

namespace BlueGreen.Engine.Deployment;

/// <summary>What state a deployment group is in.</summary>
public enum GroupState
{
    /// <summary>One app serves.</summary>
    Stable,

    /// <summary>Two apps: a deployment is under way, or was left so.</summary>
    Deploying,

    /// <summary>Two apps on purpose: a traffic split that has reached its numbers.</summary>
    Hybrid,

    /// <summary>Two apps, of which one serves whole and the other waits, with all its tasks out of every pool.</summary>
    Standby,

    /// <summary>More than two apps carry the group's name: marathon-lb merges them all.</summary>
    Ambiguous,
}

/// <summary>The apps of a deployment group and who of them is live.</summary>
public sealed record DeploymentGroup
{
    /// <summary>The value of the label <c>HAPROXY_DEPLOYMENT_GROUP</c>.</summary>
    public required string Name { get; init; }

    /// <summary>What state it is in.</summary>
    public required GroupState State { get; init; }

    /// <summary>The apps, the one deployed first at the front.</summary>
    public required ImmutableArray<MarathonApp> Apps { get; init; }

    /// <summary>The app deployed last.</summary>
    public MarathonApp Newest => Apps[Apps.Length - 1];

    /// <summary>The app deployed before it; null when there is one only.</summary>
    public MarathonApp? Previous => Apps.Length > 1 ? Apps[Apps.Length - 2] : null;

    /// <summary>The app that gets the most traffic.</summary>
    public required MarathonApp Live { get; init; }

    /// <summary>The live app's colour; null for an app that no blue/green tool made.</summary>
    public string? LiveColour => Live.Colour;

    /// <summary>How many instances the service has when no deployment runs.</summary>
    public int Target => Newest.TargetInstances;

    /// <summary>The ports that clients use.</summary>
    public required ImmutableArray<int> Ports { get; init; }

    /// <summary>By app id, the share of serving tasks, 0 to 1, over all load balancers that could be read.</summary>
    public required ImmutableSortedDictionary<string, double> TrafficShare { get; init; }

    /// <summary>The servers of the group on every load balancer.</summary>
    public required ImmutableArray<HaproxyServerStat> Servers { get; init; }
}
