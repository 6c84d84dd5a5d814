using System.Text.Json.Nodes;
using BlueGreen.Lab.Marathon.Events;
using BlueGreen.Lab.Marathon.State;

namespace BlueGreen.Lab.Marathon.Deployments;

/// <summary>The deployments that run, and the lock that each holds on its apps. Owned by the cluster loop.</summary>
internal sealed class DeploymentManager(ClusterLoop loop, DeploymentRunner runner, EventBus events)
{
    private readonly List<Deployment> _running = [];

    public IReadOnlyList<Deployment> Running => _running;

    public Deployment? Find(string id) => _running.Find(d => d.Plan.Id == id);

    public IReadOnlyList<Deployment> Of(PathId app) => _running.FindAll(d => d.Plan.AffectedApps.Contains(app));

    /// <summary>Throws when another deployment holds an app of the plan, unless <paramref name="force"/> cancels it.</summary>
    public void ThrowIfLocked(DeploymentPlan plan, bool force)
    {
        var conflicts = Conflicts(plan);
        if (conflicts.Count > 0 && !force) throw ApiException.AppLocked(conflicts.Select(d => d.Plan.Id));
    }

    public void Start(DeploymentPlan plan)
    {
        foreach (var conflict in Conflicts(plan)) Cancel(conflict);
        var deployment = new Deployment(plan);
        _running.Add(deployment);
        loop.Post(() => RunAsync(deployment));
    }

    /// <summary>Ends a deployment where it stands.</summary>
    public void Cancel(Deployment deployment)
    {
        if (!_running.Remove(deployment)) return;
        deployment.Cancel();
        events.DeploymentEnded("deployment_failed", deployment.Plan, "The upgrade has been cancelled");
        loop.Changed();
    }

    public JsonArray ToJson() => _running.Select(d => (JsonNode)d.ToJson()).ToJsonArray();

    private List<Deployment> Conflicts(DeploymentPlan plan)
    {
        var apps = plan.AffectedApps.ToHashSet();
        return _running.FindAll(d => d.Plan.AffectedApps.Any(apps.Contains));
    }

    private async Task RunAsync(Deployment deployment)
    {
        using (deployment)
        {
            await runner.RunAsync(deployment);
        }

        if (!_running.Remove(deployment)) return;
        events.DeploymentEnded("deployment_success", deployment.Plan);
        loop.Changed();
    }
}
