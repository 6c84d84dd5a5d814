using System.Globalization;
using BlueGreen.Lab.LoadBalancer.Model;

namespace BlueGreen.Lab.LoadBalancer.Services;

/// <summary>Labels that concern an app as a whole.</summary>
internal static class LabelNames
{
    public const string Group = "HAPROXY_GROUP";
    public const string DeploymentGroup = "HAPROXY_DEPLOYMENT_GROUP";
    public const string DeploymentStartedAt = "HAPROXY_DEPLOYMENT_STARTED_AT";
    public const string DeploymentTargetInstances = "HAPROXY_DEPLOYMENT_TARGET_INSTANCES";
    public const string DeploymentNewInstances = "HAPROXY_DEPLOYMENT_NEW_INSTANCES";

    /// <exception cref="AppListException">The label's value is not a whole number.</exception>
    public static int Number(string appId, string label, string text) =>
        int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new AppListException($"App '{appId}': label {label} is not a whole number: '{text}'.");
}
