using System.Text.Json.Nodes;
using BlueGreen.Lab.Marathon.Health;
using BlueGreen.Lab.Marathon.Instances;
using BlueGreen.Lab.Marathon.State;

namespace BlueGreen.Lab.Marathon.Deployments;

/// <summary>Within one deployment action, asks the new tasks of an app whether they are ready. Owned by the cluster loop.</summary>
internal sealed class ReadinessWatch(
    ClusterLoop loop, HealthProbe probe, TimeProvider time, Deployment deployment, AppDefinition app, CancellationToken cancellationToken)
{
    private readonly HashSet<string> _asked = [];
    private readonly HashSet<string> _ready = [];

    /// <summary>Whether the instance is all that a deployment waits for. Begins to ask it when it runs and never was asked.</summary>
    public bool IsGood(Instance instance)
    {
        var healthy = app.HasHealthChecks ? instance.Healthy == true : instance.Condition == Condition.Running;
        if (app.ReadinessCheck is null) return healthy;
        if (instance.Condition == Condition.Running && _asked.Add(instance.TaskId)) loop.Post(() => AskAsync(instance, app.ReadinessCheck));
        return healthy && _ready.Contains(instance.TaskId);
    }

    private async Task AskAsync(Instance instance, JsonObject check)
    {
        var taskId = instance.TaskId;
        var index = app.Ports.ToList().FindIndex(p => p.Name == check.Text("portName"));
        var scheme = check.Text("protocol") == "HTTPS" ? "https" : "http";
        var uri = new Uri($"{scheme}://{HealthProbe.AddressOf(instance, index)}{check.Text("path")}");
        var readyStatus = check["httpStatusCodesForReady"]!.AsArray().Select(s => s!.Int()).ToHashSet();
        while (instance.TaskId == taskId && instance.IsActive)
        {
            var (status, contentType, body) = await GetAsync(uri, check.Seconds("timeoutSeconds"));
            var ready = readyStatus.Contains(status);
            var result = new JsonObject { ["name"] = check.Text("name"), ["taskId"] = taskId, ["ready"] = ready };
            if (check.Flag("preserveLastResponse"))
                result["lastResponse"] = new JsonObject { ["status"] = status, ["contentType"] = contentType, ["body"] = body };
            deployment.SetReadiness(app.Id, taskId, result);
            if (ready)
            {
                _ready.Add(taskId);
                loop.Changed();
                return;
            }

            await Task.Delay(check.Seconds("intervalSeconds"), time, cancellationToken);
        }
    }

    private async Task<(int Status, string ContentType, string Body)> GetAsync(Uri uri, TimeSpan limit)
    {
        using var timeout = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            using var response = await probe.GetAsync(uri, either.Token);
            return ((int)response.StatusCode, response.Content.Headers.ContentType?.MediaType ?? "", await response.Content.ReadAsStringAsync(either.Token));
        }
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // Marathon reports a task that does not answer as a gateway time-out.
            return (504, "text/plain", $"Marathon could not query {uri}: {e.Message}");
        }
    }
}
