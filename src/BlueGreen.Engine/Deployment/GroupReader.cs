using BlueGreen.Engine.Deployment.Observing;
using BlueGreen.Engine.Haproxy;
using BlueGreen.Engine.Marathon;

namespace BlueGreen.Engine.Deployment;

/// <summary>Reads deployment groups off the live cluster: labels and load balancers say all there is to know.</summary>
internal static class GroupReader
{
    public static async Task<ImmutableArray<DeploymentGroup>> ReadAsync(Cluster cluster, string? name, CancellationToken cancellationToken)
    {
        var observer = name is null
            ? new GroupObserver(cluster, new AppQuery(LabelSelector: DeploymentLabels.Group), app => app.DeploymentGroup is not null)
            : GroupObserver.ForGroup(cluster, name);
        var seen = await observer.LookAsync(cancellationToken).ConfigureAwait(false);
        var servers = seen.LoadBalancers.SelectMany(r => r.Servers).ToLookup(s => s.Backend);
        return
        [
            .. seen.Apps.GroupBy(app => app.DeploymentGroup!).OrderBy(g => g.Key, StringComparer.Ordinal)
                .Select(group => Describe(group.Key, [.. group.OrderBy(app => app.StartedAt, StringComparer.Ordinal)], servers)),
        ];
    }

    private static DeploymentGroup Describe(string name, ImmutableArray<MarathonApp> apps, ILookup<string, HaproxyServerStat> byBackend)
    {
        var servers = apps.SelectMany(app => ServerNames.Backends(app)).Distinct().SelectMany(backend => byBackend[backend]).ToImmutableArray();
        var serving = new TaskServers(servers.Where(s => s.State == ServerState.Serving));
        var shares = apps.ToImmutableSortedDictionary(
            app => app.Id, app => (double)app.Tasks.Sum(task => serving.Of(app, task).Length), StringComparer.Ordinal);
        var total = shares.Values.Sum();
        var share = total == 0 ? shares : shares.ToImmutableSortedDictionary(s => s.Key, s => s.Value / total, StringComparer.Ordinal);

        var newest = apps[apps.Length - 1];
        return new DeploymentGroup
        {
            Name = name,
            Apps = apps,
            State = StateOf(apps, share, new TaskServers(servers.Where(s => s.IsOutOfPool))),
            // With no traffic anywhere, the app that was there first is the one that clients knew.
            Live = apps.OrderByDescending(app => share[app.Id]).First(),
            Ports = [.. newest.ServicePorts.Select((port, index) => ClientPort(newest, index) ?? port)],
            TrafficShare = share,
            Servers = servers,
        };
    }

    /// <summary>The port that clients use, where a blue/green tool has noted it; both colours have service ports of their own.</summary>
    private static int? ClientPort(MarathonApp app, int index) =>
        app.Labels.TryGetValue(DeploymentLabels.Port(index), out var label) && int.TryParse(label, out var port) ? port : null;

    private static GroupState StateOf(ImmutableArray<MarathonApp> apps, ImmutableSortedDictionary<string, double> share, TaskServers @out)
    {
        if (apps.Length == 1) return GroupState.Stable;
        if (apps.Length > 2) return GroupState.Ambiguous;
        var (previous, newest) = (apps[0], apps[1]);
        if (newest.NewInstances > 0 && newest.Instances == newest.NewInstances && previous.Instances == previous.TargetInstances - newest.NewInstances)
        {
            return GroupState.Hybrid;
        }

        var settled = apps.All(app => app.Tasks.Length == app.Instances && !app.IsDeploying);
        if (!settled || apps.FirstOrDefault(app => share[app.Id] == 1.0) is not { } live || live.Instances < newest.TargetInstances) return GroupState.Deploying;
        var waiting = live == newest ? previous : newest;
        return waiting.Instances > 0 && waiting.Tasks.All(task => @out.Of(waiting, task).Length > 0) ? GroupState.Standby : GroupState.Deploying;
    }
}
