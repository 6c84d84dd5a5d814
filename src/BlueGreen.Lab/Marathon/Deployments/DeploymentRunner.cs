using BlueGreen.Lab.Marathon.Events;
using BlueGreen.Lab.Marathon.Health;
using BlueGreen.Lab.Marathon.Instances;
using BlueGreen.Lab.Marathon.State;

namespace BlueGreen.Lab.Marathon.Deployments;

/// <summary>
/// Carries out the actions of a deployment. Rules: <c>DeploymentActor.scala</c>, <c>ScalingProposition.scala</c>,
/// <c>TaskStartActor.scala</c> and <c>TaskReplaceActor.scala</c> of mesosphere/marathon at 90619da.
/// </summary>
internal sealed class DeploymentRunner(
    ClusterLoop loop, InstanceTracker tracker, LaunchQueue queue, TaskSupervisor supervisor, HealthProbe probe, EventBus events, TimeProvider time)
{
    /// <summary>Runs all steps, one after the other; ends early only when the deployment is cancelled.</summary>
    public async Task RunAsync(Deployment deployment)
    {
        foreach (var step in deployment.Plan.Steps)
        {
            deployment.CurrentStep++;
            events.DeploymentStep("deployment_info", deployment.Plan, step);
            await Task.WhenAll(step.Actions.Select(action => RunAsync(action, deployment)));
            events.DeploymentStep("deployment_step_success", deployment.Plan, step);
        }
    }

    private Task RunAsync(DeploymentAction action, Deployment deployment) => action.Kind switch
    {
        ActionKind.ScaleApplication => ScaleAsync(action.App, action.ToKill, deployment),
        ActionKind.RestartApplication => RestartAsync(action.App, deployment),
        ActionKind.StopApplication => StopAsync(action.App, deployment),
        // Nothing is to be done for a new app yet: its instances come with the scaling that follows.
        _ => Task.CompletedTask,
    };

    private async Task ScaleAsync(AppDefinition app, IReadOnlyList<Instance> chosen, Deployment deployment)
    {
        var surplus = Scaling.Surplus(tracker.OfApp(app.Id), chosen, app);
        foreach (var instance in surplus) supervisor.Decommission(instance);
        await loop.WaitAsync(() => surplus.All(i => !i.IsActive), deployment.Cancelled);

        var present = tracker.OfApp(app.Id).Count(i => i.Goal == Goal.Running);
        var wanted = Math.Max(0, app.Instances - present);
        var started = new List<Instance>();
        var readiness = Readiness(app, deployment);
        while (started.Count(readiness.IsGood) < wanted)
        {
            // An instance that someone else took away for good is replaced.
            started.RemoveAll(IsGivenUp);
            started.AddRange(queue.Add(app, wanted - started.Count));
            await loop.WaitAsync(() => started.Count(readiness.IsGood) >= wanted || started.Exists(IsGivenUp), deployment.Cancelled);
        }

        static bool IsGivenUp(Instance instance) => instance.Goal != Goal.Running;
    }

    private async Task StopAsync(AppDefinition app, Deployment deployment)
    {
        var instances = tracker.OfApp(app.Id);
        foreach (var instance in instances) supervisor.Decommission(instance);
        await loop.WaitAsync(() => instances.All(i => !i.IsActive), deployment.Cancelled);
        queue.ResetDelay(app);
        events.AppTerminated(app.Id);
    }

    /// <summary>Replaces old instances by new ones within the bounds of the app's upgrade strategy.</summary>
    private async Task RestartAsync(AppDefinition app, Deployment deployment)
    {
        if (app.Instances == 0) return;
        var replacement = new Replacement(app, tracker, Readiness(app, deployment));
        foreach (var instance in replacement.TakeToKillAtOnce()) supervisor.Decommission(instance);
        queue.ResetDelay(app);
        while (true)
        {
            queue.Add(app, replacement.TakeToLaunch());
            if (replacement.IsDone) return;
            await loop.WaitAsync(() => replacement.HasNews, deployment.Cancelled);
            foreach (var instance in replacement.TakeToKill()) supervisor.Decommission(instance);
        }
    }

    private ReadinessWatch Readiness(AppDefinition app, Deployment deployment) =>
        new(loop, probe, time, deployment, app, deployment.Cancelled);
}
