using BlueGreen.Engine.Marathon;
using Newtonsoft.Json.Linq;

namespace BlueGreen.Engine.Deployment.Journaling;

/// <summary>
/// Of an app what a deployment goes by, and nothing else: no environment, no command, no credential, of the labels only those about the deployment
/// and its ports. A member is written because it is listed here; one that is not known is left out.
/// </summary>
internal static class AppExtract
{
    private static readonly string[] Members =
        ["id", "instances", "version", "versionInfo", "ports", "networks", "tasksStaged", "tasksRunning", "tasksHealthy", "tasksUnhealthy"];

    private static readonly string[] TaskMembers = ["id", "appId", "host", "state", "ports", "ipAddresses", "stagedAt", "startedAt", "version"];

    public static JObject Of(MarathonApp app)
    {
        var from = app.Json;
        var extract = Pick(from, Members);
        extract["labels"] = new JObject(app.Labels.Where(l => DeploymentLabels.IsOne(l.Key)).Select(l => new JProperty(l.Key, l.Value)));
        if (from["portDefinitions"] is JArray definitions) extract["portDefinitions"] = Each(definitions, "port", "protocol", "name");
        if (from["container"] is JObject container) extract["container"] = Container(container);
        if (from["ipAddress"] is JObject) extract["ipAddress"] = new JObject { ["discovery"] = Discovery(from) };
        // That there is one counts; what it runs may be anybody's business.
        if (from["healthChecks"] is JArray checks) extract["healthChecks"] = new JArray(checks.Select(_ => new JObject()));
        if (from["deployments"] is JArray deployments) extract["deployments"] = Each(deployments, "id");
        if (app.LastTaskFailure is { } failure) extract["lastTaskFailure"] = new JObject { ["message"] = failure };
        if (from["tasks"] is JArray tasks) extract["tasks"] = new JArray(tasks.OfType<JObject>().Select(Task));
        return extract;
    }

    private static JObject Task(JObject task)
    {
        var extract = Pick(task, TaskMembers);
        if (task["healthCheckResults"] is JArray results) extract["healthCheckResults"] = Each(results, "alive");
        return extract;
    }

    private static JObject Container(JObject container)
    {
        var extract = Pick(container, "type");
        if (container["portMappings"] is JArray mappings) extract["portMappings"] = Mappings(mappings);
        if (container["docker"] is not JObject docker) return extract;
        var inner = Pick(docker, "image", "network");
        if (docker["portMappings"] is JArray inDocker) inner["portMappings"] = Mappings(inDocker);
        extract["docker"] = inner;
        return extract;
    }

    private static JObject Discovery(JObject app) =>
        app.At("ipAddress", "discovery", "ports") is JArray ports ? new JObject { ["ports"] = Each(ports, "number", "name", "protocol") } : [];

    private static JArray Mappings(JArray mappings) => Each(mappings, "containerPort", "hostPort", "servicePort", "protocol", "name");

    private static JArray Each(JArray list, params string[] names) => new(list.OfType<JObject>().Select(entry => Pick(entry, names)));

    private static JObject Pick(JObject from, params string[] names) =>
        new(names.Where(name => from[name] is { } value && value.Type != JTokenType.Null).Select(name => new JProperty(name, from[name])));
}
