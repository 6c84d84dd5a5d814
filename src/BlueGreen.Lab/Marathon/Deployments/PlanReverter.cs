using BlueGreen.Lab.Marathon.State;

namespace BlueGreen.Lab.Marathon.Deployments;

/// <summary>
/// Takes back what one deployment changed and leaves what others changed since. Rules:
/// <c>DeploymentPlanReverter.scala</c> of mesosphere/marathon at 90619da.
/// </summary>
internal static class PlanReverter
{
    public static RootGroup Revert(DeploymentPlan plan, RootGroup root, DateTimeOffset version)
    {
        foreach (var id in plan.Original.Apps.Keys.Union(plan.Target.Apps.Keys))
        {
            var (before, after) = (plan.Original.App(id), plan.Target.App(id));
            if (ReferenceEquals(before, after)) continue;
            root = before is not null ? root.With(before, version) : root.WithoutApp(id);
        }

        // Innermost first, so that a group is empty by the time it is looked at.
        foreach (var id in plan.Target.Groups.Keys.Except(plan.Original.Groups.Keys).Reverse())
        {
            if (!root.AppsBelow(id).Any() && !root.SubgroupsOf(id).Any()) root = root.WithoutGroup(id);
        }

        return root;
    }
}
