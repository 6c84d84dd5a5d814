using System.Globalization;
using BlueGreen.Engine.Marathon;
using Newtonsoft.Json.Linq;

namespace BlueGreen.Engine.Preflight;

/// <summary>Ports: the one that clients use, the one of the second colour, and those that two colours cannot both have.</summary>
internal static class PortChecks
{
    public static IEnumerable<PreflightFinding> Check(JObject app) => ServicePorts(app).Concat(AlternatePort(app)).Concat(FixedPorts(app));

    private static IEnumerable<PreflightFinding> ServicePorts(JObject app)
    {
        var ports = AppNetworking.Of(app).ServicePorts;
        if (ports.IsEmpty)
        {
            yield return new PreflightFinding(
                "NoPort", PreflightSeverity.Error, "The app has no port, so a load balancer has nothing to send requests to.",
                "Add \"portDefinitions\", or \"portMappings\" for a container with a network of its own.", "portDefinitions");
        }
        else if (ports[0] == 0 && !AppPreflight.LabelsOf(app).ContainsKey(DeploymentLabels.Port0))
        {
            yield return new PreflightFinding(
                "NoServicePort", PreflightSeverity.Error,
                "The app does not say which port clients use: Marathon would choose another one for each colour.",
                "Set \"servicePort\" in the port mapping, or \"port\" in the port definition, to the port that the load balancer listens on.",
                PathOfPorts(app));
        }

        if (ports.Length > 1)
        {
            yield return new PreflightFinding(
                "SeveralServicePorts", PreflightSeverity.Error,
                $"The app has {ports.Length} service ports; a deployment can move one only so far.",
                "Split the app, or leave the other ports out.", PathOfPorts(app));
        }
    }

    private static IEnumerable<PreflightFinding> AlternatePort(JObject app)
    {
        var path = $"labels.{DeploymentLabels.AltPort}";
        var labels = AppPreflight.LabelsOf(app);
        if (!labels.TryGetValue(DeploymentLabels.AltPort, out var text))
        {
            yield return new PreflightFinding(
                "NoAlternatePort", PreflightSeverity.Error,
                $"The label {DeploymentLabels.AltPort} is missing. Service ports are unique in Marathon, so the second colour needs one of its own.",
                "Set it to a free service port.", path);
        }
        else if (!IsPort(text))
        {
            yield return new PreflightFinding(
                "InvalidAlternatePort", PreflightSeverity.Error, $"The label {DeploymentLabels.AltPort} is '{text}', not a port from 1 to 65535.",
                "Set it to a free service port.", path);
        }
        else if (labels.GetValueOrDefault(DeploymentLabels.Port0) is { } clients
            ? clients == text
            : AppNetworking.Of(app).ServicePorts.Take(1).Contains(int.Parse(text, CultureInfo.InvariantCulture)))
        {
            yield return new PreflightFinding(
                "AlternatePortInUse", PreflightSeverity.Error, $"The alternate port {text} is the service port itself: the colours would collide.",
                $"Set {DeploymentLabels.AltPort} to another free port.", path);
        }
    }

    private static IEnumerable<PreflightFinding> FixedPorts(JObject app)
    {
        if (app.Flag("requirePorts") == true)
        {
            yield return new PreflightFinding(
                "FixedHostPorts", PreflightSeverity.Warning,
                "With \"requirePorts\" a task takes its service port on the agent: two tasks cannot run on one agent.",
                "Remove \"requirePorts\", or see that there are agents enough.", "requirePorts");
        }

        var mappings = AppNetworking.PortMappings(app) ?? [];
        foreach (var mapping in mappings.Where(m => m.Number("hostPort") is > 0))
        {
            yield return new PreflightFinding(
                "FixedHostPorts", PreflightSeverity.Warning,
                $"Host port {mapping.Number("hostPort")} is fixed: tasks of both colours cannot run on one agent at the same time.",
                "Set \"hostPort\" to 0, or see that there are agents enough for both colours.", mapping.Path + ".hostPort");
        }
    }

    private static string PathOfPorts(JObject app) =>
        AppNetworking.PortMappings(app) is { } mappings ? mappings[0].Path : app["portDefinitions"] is null ? "ports" : "portDefinitions[0]";

    internal static bool IsPort(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 1 and <= 65535;
}
