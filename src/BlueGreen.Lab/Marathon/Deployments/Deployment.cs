using System.Text.Json.Nodes;

namespace BlueGreen.Lab.Marathon.Deployments;

/// <summary>A deployment that runs. Owned by the cluster loop.</summary>
internal sealed class Deployment(DeploymentPlan plan) : IDisposable
{
    private readonly CancellationTokenSource _cancellation = new();
    private readonly Dictionary<(PathId App, string TaskId), JsonObject> _readiness = [];

    public DeploymentPlan Plan { get; } = plan;

    /// <summary>The step that runs, from 1; 0 before the first.</summary>
    public int CurrentStep { get; set; }

    public CancellationToken Cancelled => _cancellation.Token;

    public void Cancel() => _cancellation.Cancel();

    public void SetReadiness(PathId app, string taskId, JsonObject result) => _readiness[(app, taskId)] = result;

    public JsonArray ReadinessOf(PathId app) =>
        _readiness.Where(r => r.Key.App == app).Select(r => r.Value.DeepClone()).ToJsonArray();

    public JsonObject ToJson()
    {
        var current = CurrentStep == 0 ? [] : Plan.Steps[CurrentStep - 1].Actions;
        return new JsonObject
        {
            ["id"] = Plan.Id,
            ["version"] = Plan.Version.ToMarathon(),
            ["affectedApps"] = Plan.AffectedApps.Select(id => id.ToString()).ToJsonArray(),
            ["affectedPods"] = new JsonArray(),
            ["steps"] = Plan.StepsToJson(),
            ["currentActions"] = current.Select(action =>
            {
                var json = action.ToJson();
                json["readinessCheckResults"] = ReadinessOf(action.App.Id);
                return (JsonNode)json;
            }).ToJsonArray(),
            ["currentStep"] = CurrentStep,
            ["totalSteps"] = Plan.Steps.Count,
        };
    }

    public void Dispose() => _cancellation.Dispose();
}
