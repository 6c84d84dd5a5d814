using BlueGreen.Engine.Marathon;
using Newtonsoft.Json.Linq;

namespace BlueGreen.Engine.Preflight;

/// <summary>Health checks: what says when the new colour may take traffic, and when the old one leaves the pool.</summary>
internal static class HealthCheckChecks
{
    public static IEnumerable<PreflightFinding> Check(JObject app)
    {
        var checks = (app["healthChecks"] as JArray)?.OfType<JObject>().ToList() ?? [];
        return checks.Count == 0 ? [None(app)] : PortIndexes(app, checks).Concat(SeenByHaproxy(checks)).Concat(HandedThrough(app, checks)).Concat(NeverFail(checks));
    }

    private static PreflightFinding None(JObject app)
    {
        var misplaced = app.At("container", "healthChecks") ?? app.At("container", "docker", "healthChecks");
        return new PreflightFinding(
            "NoHealthChecks", PreflightSeverity.Error,
            "The app has no health checks that Marathon sees. marathon-lb then takes every wanted task of the new colour for a healthy one, "
            + "and drains the old colour at once, before the new one runs.",
            misplaced is null
                ? "Add \"healthChecks\" at the top level, such as [{\"protocol\": \"HTTP\", \"path\": \"/\", \"portIndex\": 0}]."
                : $"Move the health checks from {misplaced.Path} to the top level, beside \"id\".",
            "healthChecks");
    }

    private static IEnumerable<PreflightFinding> PortIndexes(JObject app, IReadOnlyList<JObject> checks)
    {
        var ports = AppNetworking.Of(app).ServicePorts.Length;
        return
            from indexed in checks.Select((check, index) => (check, index))
            let portIndex = indexed.check.Number("portIndex")
            where portIndex is not null && (portIndex < 0 || portIndex >= ports)
            select new PreflightFinding(
                "HealthCheckWithoutPort", PreflightSeverity.Error,
                $"The health check looks at port index {portIndex}, and the app has {ports} port{(ports == 1 ? "" : "s")}.",
                "Correct \"portIndex\" (it counts from 0), or add the port.", $"healthChecks[{indexed.index}].portIndex");
    }

    /// <summary>
    /// HAProxy saves a server that was drained as stopped over its reloads; only a check of its own brings it back to life.
    /// </summary>
    private static IEnumerable<PreflightFinding> SeenByHaproxy(IReadOnlyList<JObject> checks)
    {
        if (checks.Any(c => c.Text("protocol") is not "COMMAND")) yield break;
        yield return new PreflightFinding(
            "NoLoadBalancerCheck", PreflightSeverity.Warning,
            "All health checks are commands. marathon-lb writes checks into HAProxy for HTTP and TCP only; servers without one stay DOWN "
            + "when a colour that was drained comes back, so a roll-back has to replace its tasks.",
            "Add a health check with protocol HTTP or TCP.", "healthChecks");
    }

    /// <summary>Without HTTP, HAProxy hands connections through, and cannot end one that a client keeps between two requests.</summary>
    /// <remarks>Source: mesosphere/marathon-lb, <c>marathon_lb.py</c> (<c>MarathonService</c>, <c>config</c>).</remarks>
    private static IEnumerable<PreflightFinding> HandedThrough(JObject app, IReadOnlyList<JObject> checks)
    {
        var labels = AppPreflight.LabelsOf(app);
        if (labels.ContainsKey("HAPROXY_0_MODE") || labels.ContainsKey("HAPROXY_0_VHOST") || checks.Any(c => c.Text("protocol") is "HTTP" or null)) yield break;
        yield return new PreflightFinding(
            "TcpMode", PreflightSeverity.Warning,
            "With neither an HTTP health check nor the label HAPROXY_0_MODE or HAPROXY_0_VHOST, marathon-lb balances TCP connections. A client that keeps "
            + "its connection goes on using a task that was taken out of the pool, and the deployment waits for it.",
            "If the service speaks HTTP, set HAPROXY_0_MODE to \"http\"; if not, to \"tcp\".", "labels.HAPROXY_0_MODE");
    }

    private static IEnumerable<PreflightFinding> NeverFail(IReadOnlyList<JObject> checks) =>
        from indexed in checks.Select((check, index) => (check, index))
        where indexed.check.Number("maxConsecutiveFailures") == 0
        select new PreflightFinding(
            "UnhealthyTasksStay", PreflightSeverity.Information,
            "With \"maxConsecutiveFailures\" 0 Marathon never replaces a task that fails this check.",
            "Set it to 3, Marathon's own default, unless this is wanted.", $"healthChecks[{indexed.index}].maxConsecutiveFailures");
}
