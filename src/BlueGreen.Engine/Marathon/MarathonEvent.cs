namespace BlueGreen.Engine.Marathon;

/// <summary>One event of Marathon's stream.</summary>
/// <param name="EventType">Marathon's name for it, such as <c>status_update_event</c>.</param>
/// <param name="Timestamp">When Marathon says it happened; null when it does not say.</param>
/// <param name="AppId">The app it is about, where the event names one.</param>
/// <param name="TaskId">The task or instance it is about, where the event names one.</param>
/// <param name="DeploymentId">The deployment it is about, where the event names one.</param>
/// <param name="Json">The whole event, as received.</param>
public sealed record MarathonEvent(
    string EventType, DateTimeOffset? Timestamp, string? AppId, string? TaskId, string? DeploymentId, string Json);
