using System.Text.Json.Nodes;

namespace BlueGreen.Lab.Tests.LoadBalancer;

/// <summary>Apps as <c>GET /v2/apps?embed=apps.tasks</c> shows them.</summary>
internal static class Apps
{
    public const string External = "external";

    /// <summary>An app on the host's network with one port.</summary>
    public static JsonObject Host(string id, int servicePort, params JsonObject[] tasks) => new()
    {
        ["id"] = id,
        ["instances"] = tasks.Length,
        ["networks"] = new JsonArray(new JsonObject { ["mode"] = "host" }),
        ["portDefinitions"] = new JsonArray(new JsonObject { ["port"] = servicePort, ["protocol"] = "tcp" }),
        ["labels"] = new JsonObject { ["HAPROXY_GROUP"] = External },
        ["versionInfo"] = new JsonObject { ["lastScalingAt"] = "2026-01-01T10:00:00.000Z", ["lastConfigChangeAt"] = "2026-01-01T10:00:00.000Z" },
        ["healthChecks"] = new JsonArray(),
        ["tasks"] = new JsonArray([.. tasks]),
    };

    /// <summary>A colour of the group <c>web</c>: service port 10000, two wanted at the end.</summary>
    public static JsonObject Colour(string colour, int startedAt, params JsonObject[] tasks) => Host($"/web-{colour}", 10000, tasks).With(app =>
    {
        app.Label("HAPROXY_DEPLOYMENT_GROUP", "web").Label("HAPROXY_0_PORT", "10000").Label("HAPROXY_DEPLOYMENT_COLOUR", colour)
            .Label("HAPROXY_DEPLOYMENT_STARTED_AT", $"2026-01-0{startedAt}T10:00:00.000001")
            .Label("HAPROXY_DEPLOYMENT_TARGET_INSTANCES", "2").Label("HAPROXY_DEPLOYMENT_NEW_INSTANCES", "0")
            .HttpCheck().ScaledAt($"2026-01-0{startedAt}T10:00:00.000Z");
    });

    public static JsonObject Task(string id, int port, bool? alive = true, string host = "127.0.0.1", string state = "TASK_RUNNING")
    {
        var task = new JsonObject
        {
            ["id"] = id,
            ["host"] = host,
            ["state"] = state,
            ["ports"] = new JsonArray(port),
            ["ipAddresses"] = new JsonArray(new JsonObject { ["ipAddress"] = "172.17.0.5", ["protocol"] = "IPv4" }),
        };
        if (alive is { } result)
            task["healthCheckResults"] = new JsonArray(new JsonObject { ["alive"] = result, ["taskId"] = id, ["lastFailure"] = null });
        return task;
    }

    public static JsonObject Label(this JsonObject app, string name, string value)
    {
        app["labels"]![name] = value;
        return app;
    }

    public static JsonObject HttpCheck(this JsonObject app) => app.Check("HTTP");

    public static JsonObject Check(this JsonObject app, string protocol, int portIndex = 0, int? port = null)
    {
        var check = new JsonObject
        {
            ["protocol"] = protocol,
            ["path"] = "/health",
            ["portIndex"] = portIndex,
            ["gracePeriodSeconds"] = 5,
            ["intervalSeconds"] = 2,
            ["timeoutSeconds"] = 3,
            ["maxConsecutiveFailures"] = 4,
        };
        if (port is { } number)
            check["port"] = number;
        app["healthChecks"] = new JsonArray(check);
        return app;
    }

    public static JsonObject ScaledAt(this JsonObject app, string time)
    {
        app["versionInfo"]!["lastScalingAt"] = time;
        return app;
    }

    public static JsonObject Instances(this JsonObject app, int instances)
    {
        app["instances"] = instances;
        return app;
    }

    public static JsonObject With(this JsonObject app, Action<JsonObject> change)
    {
        change(app);
        return app;
    }

    public static string List(params JsonObject[] apps) =>
        new JsonObject { ["apps"] = new JsonArray([.. apps.Select(app => app.DeepClone())]) }.ToJsonString();
}
