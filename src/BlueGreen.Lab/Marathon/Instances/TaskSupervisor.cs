using System.Net;
using BlueGreen.Lab.Marathon.Health;
using BlueGreen.Lab.Marathon.State;
using BlueGreen.Lab.Tasks;

namespace BlueGreen.Lab.Marathon.Instances;

/// <summary>Starts and ends the tasks of instances and follows them to their end. Owned by the cluster loop.</summary>
internal sealed class TaskSupervisor(
    ClusterLoop loop, InstanceTracker tracker, AgentPool agents, ITaskRunner runner, HealthMonitor health, LaunchDelays delays,
    TimeProvider time)
{
    /// <summary>A task ended; what it had on its agent is free again.</summary>
    public event Action<Instance>? Ended;

    public void Launch(Instance instance, AppDefinition app, Placement placement)
    {
        instance.Provision(app, placement, time.GetUtcNow());
        tracker.SetCondition(instance, Condition.Provisioned);
        loop.Post(() => StartAsync(instance));
    }

    /// <summary>Kills the instance's task. Whether the instance then runs again is its goal's business.</summary>
    public void Kill(Instance instance)
    {
        if (!instance.IsActive || instance.KillRequested) return;
        instance.KillRequested = true;
        // A task that is still being started is killed as soon as it can be.
        if (instance.Task is { } task) BeginKill(instance, task);
    }

    /// <summary>Ends the instance for good; it is gone once its task is.</summary>
    public void Decommission(Instance instance)
    {
        var neverLaunched = !instance.IsActive;
        tracker.SetGoal(instance, Goal.Decommissioned);
        if (neverLaunched) tracker.Remove(instance);
        else Kill(instance);
    }

    /// <summary>Lets the instance go without waiting for its task's end (<c>wipe=true</c>).</summary>
    public void Expunge(Instance instance)
    {
        Decommission(instance);
        tracker.Remove(instance);
    }

    private async Task StartAsync(Instance instance)
    {
        tracker.SetCondition(instance, Condition.Starting);
        IRunningTask task;
        try
        {
            task = await runner.StartAsync(TaskLaunches.For(instance));
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            End(instance, Condition.Failed, $"Failed to launch container: {e.Message}");
            return;
        }

        instance.Task = task;
        instance.StartedAt = time.GetUtcNow();
        tracker.SetCondition(instance, Condition.Running);
        delays.Advance(instance.App);
        if (instance.KillRequested) BeginKill(instance, task);
        else health.Watch(instance, task);

        var exit = await task.Exited;
        End(instance, ConditionAfter(exit, instance.KillRequested), exit.Message);
    }

    private void BeginKill(Instance instance, IRunningTask task)
    {
        tracker.SetCondition(instance, Condition.Killing);
        task.Terminate(instance.App.KillGracePeriod);
    }

    private static Condition ConditionAfter(TaskExit exit, bool killed) =>
        killed ? Condition.Killed : exit is { Code: 0, Signal: null } ? Condition.Finished : Condition.Failed;

    private void End(Instance instance, Condition condition, string message)
    {
        health.Forget(instance);
        agents.Release(instance);
        instance.Task = null;
        // A task that ends by itself, even well, is not what a service should do: its next launch is delayed.
        if (condition != Condition.Killed) delays.Increase(instance.App);
        tracker.SetCondition(instance, condition, message);
        if (instance.Goal == Goal.Decommissioned) tracker.Remove(instance);
        Ended?.Invoke(instance);
    }
}
