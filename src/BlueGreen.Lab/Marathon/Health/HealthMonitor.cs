using System.Text.Json.Nodes;
using BlueGreen.Lab.Marathon.Events;
using BlueGreen.Lab.Marathon.Instances;
using BlueGreen.Lab.Marathon.State;
using BlueGreen.Lab.Tasks;

namespace BlueGreen.Lab.Marathon.Health;

/// <summary>
/// Runs the health checks of all running tasks, tells of changes, and says which tasks are to be killed. Owned by the
/// cluster loop. Rules: <c>HealthCheckActor.scala</c> and <c>AppHealthCheckActor.scala</c> of mesosphere/marathon at 90619da.
/// </summary>
internal sealed class HealthMonitor(ClusterLoop loop, InstanceTracker tracker, EventBus events, HealthProbe probe, TimeProvider time)
{
    /// <summary>
    /// A task that has yet to answer for the first time is asked again soon, then more slowly, by a quarter each time, up to its interval:
    /// failures mean nothing in the grace period, and a deployment need not wait out an interval that has no meaning yet.
    /// </summary>
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(100);

    private readonly Dictionary<Instance, CancellationTokenSource> _watched = [];

    /// <summary>A task failed its check once too often.</summary>
    public event Action<Instance>? Unhealthy;

    public void Watch(Instance instance, IRunningTask task)
    {
        var checks = instance.App.HealthChecks.Select(json => new HealthCheck(json)).ToList();
        if (checks.Count == 0) return;
        var stop = _watched[instance] = new CancellationTokenSource();
        for (var i = 0; i < checks.Count; i++)
        {
            var (index, check) = (i, checks[i]);
            loop.Post(() => CheckAsync(instance, task, index, check, checks.Count, stop.Token));
        }
    }

    public void Forget(Instance instance)
    {
        if (!_watched.Remove(instance, out var stop)) return;
        stop.Cancel();
        stop.Dispose();
    }

    private async Task CheckAsync(Instance instance, IRunningTask task, int index, HealthCheck check, int checks, CancellationToken cancellationToken)
    {
        if (check.RunsInTask) await Task.Delay(check.Delay, time, cancellationToken);
        var retry = FirstRetry;
        while (true)
        {
            var result = await probe.RunAsync(check, instance, task, time, cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            Record(instance, index, check, result);
            tracker.SetHealthy(instance, Overall(instance, checks));

            var starting = !result.Healthy && IsInGracePeriod(instance, check, instance.HealthOf(index));
            var wait = starting && retry < check.Interval ? retry : check.Interval;
            if (retry < check.Interval) retry *= 1.25;
            // Marathon's interval may be 0 in JSON; a scheduler that never pauses would serve nobody.
            await Task.Delay(wait > FirstRetry ? wait : FirstRetry, time, cancellationToken);
        }
    }

    private void Record(Instance instance, int index, HealthCheck check, ProbeResult result)
    {
        var before = instance.HealthOf(index);
        var health = before ?? new HealthResult();
        var now = time.GetUtcNow();
        if (result.Healthy)
        {
            // Mesos reports changes only, so a success that follows a success is never seen by Marathon.
            if (check.RunsInTask && health.Alive) return;
            health = health.Succeeded(now);
        }
        else if (result.Cause is { } cause && !IsInGracePeriod(instance, check, before))
        {
            events.Publish("failed_health_check_event", new JsonObject
            {
                ["appId"] = instance.AppId.ToString(),
                ["healthCheck"] = check.ToJson(),
                ["taskId"] = instance.Id,
            });
            health = health.Failed(now, cause);
            if (IsOneTooMany(check, health)) Kill(instance, check, health);
        }
        else if (check.RunsInTask)
        {
            return;
        }

        instance.SetHealth(index, health);
        if (health.Alive != (before?.Alive ?? false))
        {
            events.Publish("health_status_changed_event", new JsonObject
            {
                ["appId"] = instance.AppId.ToString(),
                ["instanceId"] = instance.Id,
                ["version"] = instance.App.Version.ToMarathon(),
                ["alive"] = health.Alive,
            });
        }

        loop.Changed();
    }

    /// <summary>Marathon kills at the failure after the last permitted one, Mesos at the last permitted one itself.</summary>
    private static bool IsOneTooMany(HealthCheck check, HealthResult health) => check.RunsInTask
        ? health.ConsecutiveFailures >= check.MaxConsecutiveFailures
        : check.MaxConsecutiveFailures > 0 && health.ConsecutiveFailures > check.MaxConsecutiveFailures;

    private void Kill(Instance instance, HealthCheck check, HealthResult health)
    {
        if (!check.RunsInTask)
        {
            events.Publish("unhealthy_instance_kill_event", new JsonObject
            {
                ["appId"] = instance.AppId.ToString(),
                ["taskId"] = instance.TaskId,
                ["instanceId"] = instance.Id,
                ["version"] = instance.App.Version.ToMarathon(),
                ["reason"] = health.LastFailureCause,
                ["host"] = instance.Placement!.Agent.Host,
                ["slaveId"] = instance.Placement.Agent.Id,
                ["timestamp"] = health.LastFailure!.Value.ToMarathon(),
            });
            tracker.RememberFailure(instance, "TASK_KILLED", $"Task was killed since health check failed. Reason: {health.LastFailureCause}");
        }

        Unhealthy?.Invoke(instance);
    }

    private bool IsInGracePeriod(Instance instance, HealthCheck check, HealthResult? health) =>
        instance.Condition != Condition.Running
        || (health?.FirstSuccess is null && instance.StartedAt + check.GracePeriod > time.GetUtcNow());

    private static bool? Overall(Instance instance, int checks)
    {
        var results = instance.HealthResults.ToList();
        if (results.Count == checks && results.TrueForAll(r => r.Alive)) return true;
        return results.Count < checks ? null : false;
    }
}
