using System.Globalization;
using System.Text.RegularExpressions;
using BlueGreen.Engine.Marathon;
using Newtonsoft.Json.Linq;

namespace BlueGreen.Engine.Preflight;

/// <summary>Labels: what marathon-lb reads. One app with broken labels can keep it from taking up any app's changes.</summary>
internal static class LabelChecks
{
    private static readonly Regex Indexed = new("^HAPROXY_(?<index>[0-9]+)_(?<name>[A-Z_]+)$", RegexOptions.CultureInvariant);

    public static IEnumerable<PreflightFinding> Check(JObject app) => Groups(app).Concat(OfPorts(app));

    private static IEnumerable<PreflightFinding> Groups(JObject app)
    {
        var labels = AppPreflight.LabelsOf(app);
        var group = labels.GetValueOrDefault(DeploymentLabels.Group);
        if (string.IsNullOrEmpty(group))
        {
            yield return new PreflightFinding(
                "NoDeploymentGroup", PreflightSeverity.Error,
                $"The label {DeploymentLabels.Group} is missing. It names the pair of apps, and the app inside HAProxy.",
                "Set it to the service's name; both colours carry the same.", $"labels.{DeploymentLabels.Group}");
        }
        else if (group!.Contains('/'))
        {
            yield return new PreflightFinding(
                "SlashInGroup", PreflightSeverity.Warning,
                $"marathon-lb writes '_' for each '/' of the group '{group}', so it can meet another group's name.",
                "Use a name without slashes.", $"labels.{DeploymentLabels.Group}");
        }

        if (!labels.ContainsKey(DeploymentLabels.LbGroup) && !labels.ContainsKey("HAPROXY_0_GROUP"))
        {
            yield return new PreflightFinding(
                "NoLoadBalancerGroup", PreflightSeverity.Warning,
                $"The label {DeploymentLabels.LbGroup} is missing: load balancers that serve a group, as most do, leave the app out.",
                $"Set {DeploymentLabels.LbGroup} to the load balancers' group, usually \"external\".", $"labels.{DeploymentLabels.LbGroup}");
        }
    }

    private static IEnumerable<PreflightFinding> OfPorts(JObject app)
    {
        var ports = AppNetworking.Of(app).ServicePorts.Length;
        foreach (var label in AppPreflight.LabelsOf(app))
        {
            var match = Indexed.Match(label.Key);
            if (!match.Success) continue;
            var index = int.TryParse(match.Groups["index"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : int.MaxValue;
            var finding = index >= ports ? Unused(label.Key, index, ports) : Of(match.Groups["name"].Value, label.Key, label.Value);
            if (finding is not null) yield return finding;
        }
    }

    private static PreflightFinding Unused(string label, int index, int ports) => new(
        "LabelForMissingPort", PreflightSeverity.Warning,
        $"{label} is about port index {index}, and the app has {ports} port{(ports == 1 ? "" : "s")}.",
        "Correct the index (it counts from 0) or remove the label.", $"labels.{label}");

    private static PreflightFinding? Of(string name, string label, string value) => name switch
    {
        "PORT" when !PortChecks.IsPort(value) => new(
            "InvalidPortLabel", PreflightSeverity.Error, $"The label {label} is '{value}', not a port from 1 to 65535.",
            "Set it to the port that clients use, or remove it.", $"labels.{label}"),
        "MODE" when value is not ("http" or "tcp") => new(
            "InvalidModeLabel", PreflightSeverity.Error,
            $"The label {label} is '{value}': HAProxy refuses the whole configuration, and no app's changes are taken up.",
            "Set it to http or tcp.", $"labels.{label}"),
        "ENABLED" when value.Equals("false", StringComparison.OrdinalIgnoreCase) => new(
            "DisabledInLoadBalancer", PreflightSeverity.Error, $"The label {label} keeps the port out of the load balancer.",
            "Remove the label.", $"labels.{label}"),
        _ => null,
    };
}
