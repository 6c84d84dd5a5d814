using System.Text.Json.Nodes;
using BlueGreen.Lab.Marathon.Deployments;
using BlueGreen.Lab.Marathon.State;

namespace BlueGreen.Lab.Marathon.Events;

/// <summary>The members of events. Source: <c>Events.scala</c> and <c>Formats.scala</c> of mesosphere/marathon at 90619da.</summary>
internal static class MarathonEvents
{
    public static void ApiPost(this EventBus bus, string clientIp, string uri, AppDefinition app) => bus.Publish("api_post_event", new JsonObject
    {
        ["clientIp"] = clientIp,
        ["uri"] = uri,
        ["appDefinition"] = app.ToJson(),
    });

    public static void DeploymentStep(this EventBus bus, string type, DeploymentPlan plan, DeploymentStep step) => bus.Publish(type, new JsonObject
    {
        ["plan"] = plan.ToJson(),
        ["currentStep"] = step.ToJson(),
    });

    public static void DeploymentEnded(this EventBus bus, string type, DeploymentPlan plan, string? reason = null)
    {
        var members = new JsonObject { ["id"] = plan.Id, ["plan"] = plan.ToJson() };
        if (reason is not null) members["reason"] = reason;
        bus.Publish(type, members);
    }

    public static void AppTerminated(this EventBus bus, PathId app) =>
        bus.Publish("app_terminated_event", new JsonObject { ["appId"] = app.ToString() });

    public static void GroupChanged(this EventBus bus, PathId group, DateTimeOffset version) => bus.Publish("group_change_success", new JsonObject
    {
        ["groupId"] = group.ToString(),
        ["version"] = version.ToMarathon(),
    });

    public static void GroupChangeFailed(this EventBus bus, PathId group, DateTimeOffset version, string reason) => bus.Publish("group_change_failed", new JsonObject
    {
        ["groupId"] = group.ToString(),
        ["version"] = version.ToMarathon(),
        ["reason"] = reason,
    });

    public static void EventStream(this EventBus bus, string type, string remoteAddress) =>
        bus.Publish(type, new JsonObject { ["remoteAddress"] = remoteAddress });
}
