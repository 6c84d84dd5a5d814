namespace BlueGreen.Engine.Deployment;

/// <summary>The steps of a rollout, written down before any is taken.</summary>
internal static class RolloutPlan
{
    public static ImmutableArray<PlanStep> Of(PreparedDeployment prepared, RolloutPolicy policy)
    {
        var steps = ImmutableArray.CreateBuilder<PlanStep>();
        void Add(string target, string action, string reason) => steps.Add(new PlanStep(steps.Count + 1, target, action, reason));

        var newId = prepared.Run.Roles.StayingId;
        var creation = prepared.DescribeCreation();
        Add(creation.Target, creation.Action, creation.Reason);
        var instances = prepared.Definition.Instances ?? 1;
        Add(newId, Healthy(instances, policy), "only then do the load balancers take them up");
        if (prepared.Old is not { } old) return steps.ToImmutable();

        while (instances < prepared.Run.Goal.Staying)
        {
            var next = policy.Growth.Next(instances, old.Instances, prepared.Run.Goal.Staying);
            Add(newId, $"Scale from {instances} to {next} instances", $"all {instances} serve on every load balancer, and as many of {old.Id} leave the pool");
            Add(newId, Healthy(next, policy), "as many of the old colour leave the pool");
            instances = next;
        }

        Add(
            old.Id, $"Wait until nothing is pending on any of its {old.Instances} tasks (at most {policy.DrainTimeout.TotalSeconds:0} s)",
            "each is out of every pool, and the HAProxy processes that could have requests on it have ended");
        Add(old.Id, $"Remove the app and its {old.Instances} tasks", $"{newId} serves alone with {instances} instances");
        return steps.ToImmutable();
    }

    private static string Healthy(int instances, RolloutPolicy policy) =>
        $"Wait until {instances} {(instances == 1 ? "task is" : "tasks are")} healthy and {(instances == 1 ? "serves" : "serve")} on every load balancer (at most {policy.HealthTimeout.TotalSeconds:0} s)";
}
