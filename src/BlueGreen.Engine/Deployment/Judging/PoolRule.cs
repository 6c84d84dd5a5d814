using BlueGreen.Engine.Marathon;

namespace BlueGreen.Engine.Deployment.Judging;

/// <summary>
/// Which of two colours marathon-lb takes for the newer one, and which tasks of the other it takes out of the pool. Its rule, not
/// ours: scaling a colour can turn the roles round.
/// </summary>
/// <remarks>Source: mesosphere/marathon-lb, <c>marathon_lb.py</c>, <c>get_apps</c>.</remarks>
/// <param name="Older">The colour whose tasks leave the pool.</param>
/// <param name="Newer">The colour for which they make room.</param>
/// <param name="Out">The tasks of the older one that are to be out of the pool.</param>
/// <param name="Healthy">Tasks of the newer one that count as healthy.</param>
/// <param name="Target">How many instances the two are to have together.</param>
internal sealed record PoolRule(MarathonApp Older, MarathonApp Newer, ImmutableArray<MarathonTask> Out, int Healthy, int Target)
{
    /// <summary>The rule applied to the two apps of a group.</summary>
    /// <param name="first">The app that Marathon lists first.</param>
    /// <param name="second">The app that Marathon lists behind it.</param>
    public static PoolRule Of(MarathonApp first, MarathonApp second)
    {
        var (older, newer) = first.StartedAtTime < second.StartedAtTime ? (first, second) : (second, first);
        var deployed = newer.Labels.ContainsKey(DeploymentLabels.NewInstances);
        // The number in that label is compared as a text with 0 there, so it counts whatever it is.
        if (deployed && older.LastScalingAt > newer.LastScalingAt) (older, newer) = (newer, older);
        var target = deployed ? newer.TargetInstances : 1;

        // Whether health counts is asked of the app that was read last, whichever that is.
        var healthy = second.HasHealthChecks ? newer.Tasks.Count(task => task.AnyCheckAlive) : newer.Instances;
        var @out = older.Tasks.OrderBy(task => task.Id, StringComparer.Ordinal).Take(OutOf(older.Instances, healthy, target));
        return new PoolRule(older, newer, [.. @out], healthy, target);
    }

    /// <summary>
    /// False when marathon-lb fails on the group, and with it on every app: a newer one that tells no target. It happens when an app
    /// that no blue/green tool made is scaled while the new colour is there.
    /// </summary>
    public bool IsReadable => !Older.Labels.ContainsKey(DeploymentLabels.NewInstances) || CanBeNewer(Newer);

    /// <summary>Whether marathon-lb can read the group when this app was scaled last.</summary>
    public static bool CanBeNewer(MarathonApp app) => app.Labels.ContainsKey(DeploymentLabels.TargetInstances);

    /// <summary>The least number of instances of the older one with which so many of them stay in the pool.</summary>
    public int InstancesToKeep(int inPool)
    {
        var instances = inPool;
        while (instances - OutOf(instances, Healthy, Target) < inPool) instances++;
        return instances;
    }

    private static int OutOf(int olderInstances, int healthy, int target) => Math.Min(healthy, Math.Max(0, healthy + olderInstances - target));
}
