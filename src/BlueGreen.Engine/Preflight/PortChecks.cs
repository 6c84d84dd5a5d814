using System.Globalization;
using BlueGreen.Engine.Marathon;
using Newtonsoft.Json.Linq;

namespace BlueGreen.Engine.Preflight;

/// <summary>Ports: the one that clients use, the one of the second colour, and those that two colours cannot both have.</summary>
internal static class PortChecks
{
    public static IEnumerable<PreflightFinding> Check(JObject app) => ServicePorts(app).Concat(DroppedMappings(app)).Concat(AlternatePort(app)).Concat(FixedPorts(app));

    private static IEnumerable<PreflightFinding> ServicePorts(JObject app)
    {
        var ports = AppNetworking.Of(app).ServicePorts;
        if (ports.IsEmpty)
        {
            yield return new PreflightFinding(
                "NoPort", PreflightSeverity.Error, "The app has no port, so a load balancer has nothing to send requests to.",
                "Add \"portDefinitions\", or \"portMappings\" for a container with a network of its own.", "portDefinitions");
        }
        else if (ports[0] == 0)
        {
            yield return new PreflightFinding(
                "NoServicePort", PreflightSeverity.Error,
                "The app does not say which port clients use: Marathon would choose another one for each colour.",
                "Set \"servicePort\" in the port mapping, or \"port\" in the port definition, to the port that the load balancer listens on.",
                PathOfPorts(app));
        }
    }

    /// <remarks>Source: mesosphere/marathon, <c>AppNormalization</c>: without networks an app has host networking, and loses its mappings.</remarks>
    private static IEnumerable<PreflightFinding> DroppedMappings(JObject app)
    {
        if (AppNetworking.PortMappings(app) is not { } mappings || AppNetworking.Of(app).Mode != NetworkMode.Host) yield break;
        var says = AppNetworking.SaysHost(app) ? "asks for host networking" : "says nothing of its network, so that Marathon gives it the agent's own";
        yield return new PreflightFinding(
            "PortMappingsWithoutNetwork", PreflightSeverity.Error,
            $"The app {says}, and has port mappings: Marathon refuses them or leaves them out, and its tasks get no service port of theirs.",
            "Add \"networks\": [{ \"mode\": \"container/bridge\" }], or before Marathon 1.5 \"network\": \"BRIDGE\" in container.docker; with host networking use \"portDefinitions\".",
            mappings[0].Path);
    }

    private static IEnumerable<PreflightFinding> AlternatePort(JObject app)
    {
        const string Label = DeploymentLabels.AltPort;
        if (!AppPreflight.LabelsOf(app).TryGetValue(Label, out var text) || AlternatePorts.CountOf(text) == 0)
        {
            return Finding("NoAlternatePort", $"The label {Label} is missing. Service ports are unique in Marathon, so the second colour needs one of its own.");
        }

        if (!text.Split(',').All(part => IsPort(part.Trim())))
        {
            return Finding("InvalidAlternatePort", $"The label {Label} is '{text}'; a port is a number from 1 to 65535.");
        }

        // A port of 0 is chosen by Marathon, another one for each colour.
        var fixedPorts = AppNetworking.Of(app).ServicePorts.Where(port => port != 0).ToList();
        var alternates = AlternatePorts.Parse(text, app.Text("id") ?? "");
        if (alternates.Length < fixedPorts.Count)
        {
            return Finding(
                "TooFewAlternatePorts", $"The app has {fixedPorts.Count} service ports, and the label {Label} names {alternates.Length}: Marathon refuses the second colour.");
        }

        return fixedPorts.Concat(alternates).GroupBy(port => port).FirstOrDefault(same => same.Count() > 1) is { Key: var port }
            ? Finding("AlternatePortInUse", $"The service port {port} is there twice: the colours would collide.")
            : [];

        static PreflightFinding[] Finding(string id, string message) =>
        [
            new(
                id, PreflightSeverity.Error, message,
                "Set it to a free service port for each service port of the app, with commas between.", $"labels.{Label}"),
        ];
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
