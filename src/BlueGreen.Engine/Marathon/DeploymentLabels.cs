namespace BlueGreen.Engine.Marathon;

/// <summary>
/// The labels that zdd.py and marathon-lb read. They are the contract between tools: a deployment that one began,
/// the other can finish. Source: mesosphere/marathon-lb, <c>zdd.py</c> and <c>config.py</c>.
/// </summary>
public static class DeploymentLabels
{
    /// <summary>Names the pair of apps; also the app's name inside HAProxy. Set by the user.</summary>
    public const string Group = "HAPROXY_DEPLOYMENT_GROUP";

    /// <summary>The second colour's service port, since service ports are unique in Marathon. Set by the user.</summary>
    public const string AltPort = "HAPROXY_DEPLOYMENT_ALT_PORT";

    /// <summary>The id in the user's file, as given.</summary>
    public const string AppId = "HAPROXY_APP_ID";

    /// <summary>The service port that clients use; both colours carry the same.</summary>
    public const string Port0 = "HAPROXY_0_PORT";

    /// <summary><c>blue</c> or <c>green</c>.</summary>
    public const string Colour = "HAPROXY_DEPLOYMENT_COLOUR";

    /// <summary>Local ISO 8601 time without zone, with microseconds; compared as text, the greater is the newer.</summary>
    public const string StartedAt = "HAPROXY_DEPLOYMENT_STARTED_AT";

    /// <summary>How many instances the service has when no deployment runs.</summary>
    public const string TargetInstances = "HAPROXY_DEPLOYMENT_TARGET_INSTANCES";

    /// <summary>How many new instances a hybrid keeps beside the old ones; <c>"0"</c> when not a hybrid.</summary>
    public const string NewInstances = "HAPROXY_DEPLOYMENT_NEW_INSTANCES";

    /// <summary>Which load balancers take the app up, comma separated; usually <c>external</c>.</summary>
    public const string LbGroup = "HAPROXY_GROUP";

    /// <summary>The label that overrides the service port with index <paramref name="index"/>.</summary>
    public static string Port(int index) => $"HAPROXY_{index}_PORT";

    /// <summary>
    /// True for a label that says what a deployment is about or where the app is served. The others may hold what is nobody else's
    /// business, such as the users of <c>HAPROXY_0_AUTH</c>.
    /// </summary>
    internal static bool IsOne(string name) =>
        name is AppId or LbGroup || name.StartsWith("HAPROXY_DEPLOYMENT_", StringComparison.Ordinal)
        || (name.StartsWith("HAPROXY_", StringComparison.Ordinal) && name.EndsWith("_PORT", StringComparison.Ordinal));
}
