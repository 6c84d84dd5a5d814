using System.Text.Json.Nodes;

namespace BlueGreen.Lab.Marathon.Health;

/// <summary>What one health check has seen of one instance. Rules: <c>Health.scala</c>.</summary>
internal sealed record HealthResult(
    DateTimeOffset? FirstSuccess = null,
    DateTimeOffset? LastSuccess = null,
    DateTimeOffset? LastFailure = null,
    string? LastFailureCause = null,
    int ConsecutiveFailures = 0)
{
    public bool Alive => LastSuccess is { } success && (LastFailure is not { } failure || success > failure);

    public HealthResult Succeeded(DateTimeOffset at) =>
        this with { FirstSuccess = FirstSuccess ?? at, LastSuccess = at, ConsecutiveFailures = 0 };

    public HealthResult Failed(DateTimeOffset at, string cause) =>
        this with { LastFailure = at, LastFailureCause = cause, ConsecutiveFailures = ConsecutiveFailures + 1 };

    public JsonObject ToJson(string instanceId)
    {
        var json = new JsonObject
        {
            ["alive"] = Alive,
            ["consecutiveFailures"] = ConsecutiveFailures,
            ["instanceId"] = instanceId,
        };
        if (FirstSuccess is { } first) json["firstSuccess"] = first.ToMarathon();
        if (LastSuccess is { } success) json["lastSuccess"] = success.ToMarathon();
        if (LastFailure is { } failure) json["lastFailure"] = failure.ToMarathon();
        if (LastFailureCause is not null) json["lastFailureCause"] = LastFailureCause;
        return json;
    }
}
