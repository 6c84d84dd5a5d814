using BlueGreen.Lab.Marathon.Instances;
using BlueGreen.Lab.Marathon.State;

namespace BlueGreen.Lab.Marathon.Deployments;

/// <summary>Which instances a scaling ends. Rules: <c>ScalingProposition.scala</c> of mesosphere/marathon at 90619da.</summary>
internal static class Scaling
{
    /// <param name="chosen">Instances that are to end in any case.</param>
    public static IReadOnlyList<Instance> Surplus(IReadOnlyList<Instance> instances, IReadOnlyCollection<Instance> chosen, AppDefinition app)
    {
        var running = instances.Where(i => i.Goal == Goal.Running).ToList();
        var sentenced = running.Where(chosen.Contains).ToList();
        var count = Math.Max(running.Count - app.Instances, sentenced.Count);
        return [.. sentenced.Concat(running.Except(sentenced).Order(OrderOfKilling(app))).Take(count)];
    }

    /// <summary>Instances that do not run yet go first, then by age as the app's kill selection says.</summary>
    private static Comparer<Instance> OrderOfKilling(AppDefinition app) => Comparer<Instance>.Create((a, b) =>
    {
        var byCondition = Weight(a.Condition).CompareTo(Weight(b.Condition));
        if (byCondition != 0) return byCondition;
        var byAge = Age(a).CompareTo(Age(b));
        return app.KillsOldestFirst ? byAge : -byAge;
    });

    private static int Weight(Condition condition) => condition switch
    {
        Condition.Scheduled => 0,
        Condition.Provisioned => 2,
        Condition.Starting => 3,
        Condition.Running => 4,
        _ => 5,
    };

    private static DateTimeOffset Age(Instance instance) => instance.StartedAt ?? instance.Since;
}
