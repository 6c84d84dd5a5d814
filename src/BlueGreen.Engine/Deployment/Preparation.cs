using BlueGreen.Engine.Deployment.Deciding;
using BlueGreen.Engine.Deployment.Judging;
using BlueGreen.Engine.Deployment.Observing;
using BlueGreen.Engine.Haproxy;
using BlueGreen.Engine.Marathon;

namespace BlueGreen.Engine.Deployment;

/// <summary>A deployment that is ready to begin.</summary>
/// <param name="Run">From where to where.</param>
/// <param name="Definition">The new app, as it is to be created.</param>
/// <param name="Old">The app that serves now; null on a first deployment.</param>
/// <param name="Seen">What was seen.</param>
internal sealed record PreparedDeployment(Run Run, AppDefinition Definition, MarathonApp? Old, Observation Seen)
{
    public PlannedAct DescribeCreation() => new(
        Run.Roles.StayingId,
        $"Create with {Definition.Instances} of {Run.Goal.Staying} instances",
        Old is null ? $"the group {Run.Roles.Group} has no app yet" : $"to replace {Old.Id}, which serves {Old.Instances} instances")
    {
        Kind = ActKind.Create,
        Definition = Definition,
    };
}

/// <summary>Makes a definition into the next colour of its group, and refuses what could not go well. Reads only.</summary>
internal static class Preparation
{
    public static async Task<PreparedDeployment> PrepareAsync(
        Cluster cluster, AppDefinition definition, RolloutPolicy policy, CancellationToken cancellationToken)
    {
        var seen = definition.DeploymentGroup is { } group
            ? await GroupObserver.ForGroup(cluster, group).LookAsync(cancellationToken).ConfigureAwait(false)
            : null;
        // Without a group nothing was looked at; what is missing, the preparation itself says best.
        var apps = seen?.Apps ?? [];
        if (seen is not null) RefuseUnfinished(seen);
        var prepared = ColourDefinition.Prepare(
            definition, apps, new ColourRequest(policy.InitialInstances, policy.NewInstances, policy.Instances, cluster.Time.GetLocalNow().DateTime)
            {
                Initial = goal => policy.Growth.First(policy.InitialInstances, goal),
            });
        var @new = MarathonApp.Parse(prepared.ToJson());
        if (!policy.Force && !@new.HasHealthChecks) throw WithoutHealthChecks(@new);

        RefuseUnwatched(seen!);
        var old = apps.FirstOrDefault();
        if (old is not null) RefuseLocked(old);
        if (old is not null && !policy.Force) RefuseOtherNetwork(old, @new);
        var goal = GoalOf(@new, old) with { KeepsOld = old is not null && policy.KeepOld };
        return new PreparedDeployment(new Run(new Roles(@new.DeploymentGroup!, old?.Id, @new.Id), goal, @new.Colour!) { CanGoBack = old is not null && PoolRule.CanBeNewer(old) }, prepared, old, seen!);
    }

    private static Goal GoalOf(MarathonApp @new, MarathonApp? old) => old is not null && @new.NewInstances > 0
        ? new Goal(@new.NewInstances, @new.TargetInstances - @new.NewInstances)
        : new Goal(@new.TargetInstances);

    private static void RefuseUnfinished(Observation seen)
    {
        if (seen.Apps.Length < 2) return;
        var group = seen.Apps[0].DeploymentGroup;
        throw new BlueGreenException(
            ErrorKind.Locked, "DeploymentInProgress",
            $"A deployment of the group {group} is under way or was left half-way: {string.Join(" and ", seen.Apps.Select(a => a.Id))} are both there.",
            "Go on with Resume-BlueGreenDeployment, let the new colour serve alone with Complete-BlueGreenDeployment, or go back with Undo-BlueGreenDeployment.", group);
    }

    private static void RefuseLocked(MarathonApp old)
    {
        if (!old.IsDeploying) return;
        throw new BlueGreenException(
            ErrorKind.Locked, "AppLocked", $"{old.Id} is held by the deployment {string.Join(", ", old.Deployments)} of Marathon.",
            "Wait for it (Wait-MarathonDeployment), or look why it does not end (Get-MarathonDeployment).", old.Id);
    }

    /// <summary>
    /// marathon-lb merges the colours into one app, and reads where the tasks of both are reached off whichever of the two it takes for the older one.
    /// </summary>
    /// <remarks>Source: mesosphere/marathon-lb, <c>marathon_lb.py</c> (<c>get_apps</c>), <c>utils.py</c> (<c>get_task_ip_and_ports</c>).</remarks>
    private static void RefuseOtherNetwork(MarathonApp old, MarathonApp @new)
    {
        var (there, here) = (old.Networking, @new.Networking);
        var (byTask, alsoByTask) = (there.Mode == NetworkMode.Container, here.Mode == NetworkMode.Container);
        if (byTask == alsoByTask && (!byTask || there.ContainerPorts.SequenceEqual(here.ContainerPorts))) return;
        var how = byTask == alsoByTask
            ? $"container ports {string.Join(", ", there.ContainerPorts)} and {string.Join(", ", here.ContainerPorts)}"
            : $"{there.Mode.ToString().ToLowerInvariant()} and {here.Mode.ToString().ToLowerInvariant()} networking";
        throw new BlueGreenException(
            ErrorKind.Unsafe, "NetworkingChanged",
            $"{old.Id} and {@new.Id} differ in their networks ({how}): marathon-lb looks for the tasks of both where those of one of them are, and the others would be reached nowhere.",
            "Deploy it with the network that the service has. To change that, give the new one a deployment group and service ports of its own, and move the clients.",
            @new.Id);
    }

    /// <summary>Nothing is begun that could not be watched.</summary>
    private static void RefuseUnwatched(Observation seen)
    {
        if (seen.LoadBalancers.IsEmpty)
        {
            throw new BlueGreenException(
                ErrorKind.InvalidArgument, "NoLoadBalancer", "The session names no load balancer, so nothing could tell what is served.",
                "Open the session with Connect-BlueGreen -MarathonLbUri, the statistics port of marathon-lb.");
        }

        foreach (var reading in seen.LoadBalancers.Where(r => r.Quality == ReadingQuality.Unreachable))
        {
            throw new BlueGreenException(
                ErrorKind.Unavailable, "LoadBalancerUnreachable", $"The load balancer {reading.Instance.Name} cannot be read: {reading.Problem}.",
                "Check that its statistics port is reachable from here, or leave it out of the session when it takes no traffic.", reading.Instance.Name);
        }
    }

    private static BlueGreenException WithoutHealthChecks(MarathonApp app) => new(
        ErrorKind.Unsafe, "NoHealthChecks",
        $"{app.Id} has no health checks: marathon-lb would take its wanted tasks for healthy ones and drain the serving colour before any of them runs.",
        "Add healthChecks at the top level of the definition (inside container.docker Marathon ignores them).", app.Id);
}
