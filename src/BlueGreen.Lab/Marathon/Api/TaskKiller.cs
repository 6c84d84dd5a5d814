using System.Text.RegularExpressions;
using BlueGreen.Lab.Marathon.Deployments;
using BlueGreen.Lab.Marathon.Instances;
using BlueGreen.Lab.Marathon.State;

namespace BlueGreen.Lab.Marathon.Api;

/// <summary>Kills tasks for a client. Source: <c>TaskKiller.scala</c> of mesosphere/marathon at 90619da.</summary>
internal sealed class TaskKiller(MarathonCluster cluster)
{
    /// <summary>The two ways of killing that change more than the task, which cannot be combined.</summary>
    public static (bool Scale, bool Wipe) Ways(ApiRequest request)
    {
        var (scale, wipe) = (request.Flag("scale"), request.Flag("wipe"));
        return scale && wipe ? throw ApiException.BadRequest("You cannot use scale and wipe at the same time.") : (scale, wipe);
    }

    public void Kill(IReadOnlyList<Instance> instances, bool wipe)
    {
        foreach (var instance in instances)
        {
            if (wipe) cluster.Supervisor.Expunge(instance);
            else cluster.Supervisor.Kill(instance);
        }

        foreach (var app in instances.Select(i => i.AppId).Distinct()) cluster.Reconcile(app);
    }

    /// <summary>One deployment that kills the instances and lowers their apps' numbers by as many.</summary>
    public DeploymentPlan KillAndScale(IReadOnlyDictionary<PathId, IReadOnlyList<Instance>> chosen, bool force) => cluster.Groups.Update(
        PathId.Root,
        (root, version) => chosen.Aggregate(root, (current, kill) =>
        {
            var app = current.App(kill.Key) ?? throw ApiException.NotFound($"Path '{kill.Key}' does not exist");
            // A task that is dying already was counted when its killing began.
            var count = kill.Value.Count(i => i is { IsActive: true, Condition: not Condition.Killing, Goal: Goal.Running });
            return count == 0 ? current : current.With(app.WithInstances(Math.Max(0, app.Instances - count)), version);
        }),
        force,
        chosen);
}

/// <summary>Marathon's ids of tasks, of all its times.</summary>
internal static partial class TaskIds
{
    /// <summary>The app and instance that a task id names; null when it has none of Marathon's forms.</summary>
    public static (PathId App, string InstanceId)? TryParse(string taskId)
    {
        if (Current().Match(taskId) is { Success: true } current && Guid.TryParse(current.Groups["uuid"].Value, out _))
            return (PathId.FromSafePath(current.Groups["app"].Value), $"{current.Groups["app"].Value}.{current.Groups["prefix"].Value}{current.Groups["uuid"].Value}");
        if (Legacy().Match(taskId) is { Success: true } legacy && Guid.TryParse(legacy.Groups["uuid"].Value, out _))
            return (PathId.FromSafePath(legacy.Groups["app"].Value), taskId);
        return null;
    }

    [GeneratedRegex(@"^(?<app>.+)\.(?<prefix>instance-|marathon-)(?<uuid>[^_.]+)[._](?<container>[^.]+)(?:\.(?<incarnation>\d+))?$")]
    private static partial Regex Current();

    [GeneratedRegex(@"^(?<app>.+)[._](?<uuid>[^_.]+)(?:\.\d+)?$")]
    private static partial Regex Legacy();
}
