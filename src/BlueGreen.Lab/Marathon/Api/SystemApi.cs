using System.Text.Json.Nodes;
using BlueGreen.Lab.Marathon.Definitions;
using BlueGreen.Lab.Marathon.State;

namespace BlueGreen.Lab.Marathon.Api;

/// <summary>What a client asks about the scheduler itself: <c>/ping</c>, <c>/v2/info</c>, <c>/v2/leader</c>.</summary>
internal sealed class SystemApi(MarathonCluster cluster)
{
    /// <summary>The Marathon release whose API this is.</summary>
    public const string Version = "1.11.24";

    private readonly string _frameworkId = $"{Guid.NewGuid()}-0000";

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/ping", PingAsync);
        routes.MapGet("/v2/info", ApiHandling.OffLoop(context => ApiReply.Ok(Info(context))));
        routes.MapGet("/v2/leader", ApiHandling.OffLoop(context => ApiReply.Ok(new JsonObject { ["leader"] = HostPort(context) })));
        routes.MapDelete("/v2/leader", ApiHandling.OnLoop(cluster, _ => ApiReply.Ok(new JsonObject { ["message"] = "Leadership abdicated" })));
        routes.MapFallback(ApiHandling.OffLoop(_ => throw ApiException.NotFound("URI not found")));
    }

    private static async Task PingAsync(HttpContext context)
    {
        var json = context.Request.Headers.Accept.ToString().StartsWith("application/json", StringComparison.Ordinal);
        context.Response.ContentType = json ? "application/json" : "text/plain";
        await context.Response.WriteAsync(json ? "\"pong\"" : "pong");
    }

    private static string HostPort(HttpContext context) => $"{context.Connection.LocalIpAddress}:{context.Connection.LocalPort}";

    private JsonObject Info(HttpContext context) => new()
    {
        ["name"] = "marathon",
        ["version"] = Version,
        ["buildref"] = "bluegreen-lab",
        ["elected"] = true,
        ["leader"] = HostPort(context),
        ["frameworkId"] = _frameworkId,
        ["marathon_config"] = new JsonObject
        {
            ["checkpoint"] = true,
            ["default_network_name"] = AppNormalizer.DefaultNetworkName,
            ["executor"] = "//cmd",
            ["features"] = new JsonArray(),
            ["framework_name"] = "marathon",
            ["ha"] = true,
            ["hostname"] = context.Connection.LocalIpAddress?.ToString(),
            ["local_port_max"] = ServicePorts.Last,
            ["local_port_min"] = ServicePorts.First,
            ["mesos_bridge_name"] = "mesos-bridge",
            ["mesos_role"] = AppNormalizer.DefaultRole,
            ["new_group_enforce_role"] = "off",
        },
        ["zookeeper_config"] = new JsonObject { ["zk_max_versions"] = 50 },
        ["http_config"] = new JsonObject { ["http_port"] = context.Connection.LocalPort },
    };
}
