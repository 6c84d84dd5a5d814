using BlueGreen.Engine.Deployment.Acting;
using BlueGreen.Engine.Deployment.Deciding;
using BlueGreen.Engine.Deployment.Judging;
using BlueGreen.Engine.Marathon;

namespace BlueGreen.Engine.Deployment;

/// <summary>The steps of a rollout, written down before any is taken.</summary>
internal sealed class RolloutPlan
{
    private readonly ImmutableArray<PlanStep>.Builder _steps = ImmutableArray.CreateBuilder<PlanStep>();
    private readonly Run _run;
    private readonly RolloutPolicy _policy;

    private RolloutPlan(Run run, RolloutPolicy policy) => (_run, _policy) = (run, policy);

    /// <summary>A deployment from its beginning.</summary>
    public static ImmutableArray<PlanStep> Of(PreparedDeployment prepared, RolloutPolicy policy)
    {
        var plan = new RolloutPlan(prepared.Run, policy);
        var creation = prepared.DescribeCreation();
        var instances = prepared.Definition.Instances ?? 1;
        plan.Add(creation);
        plan.AddHealthy(instances, "only then do the load balancers take them up");
        if (prepared.Old is { } old) plan.AddReplacement(instances, old);
        return plan._steps.ToImmutable();
    }

    /// <summary>A deployment that is half-way, or the way back from there.</summary>
    public static ImmutableArray<PlanStep> Of(HalfWay halfWay, RolloutPolicy policy)
    {
        var (run, staying, leaving) = (halfWay.Run, halfWay.Staying, halfWay.Leaving);
        var plan = new RolloutPlan(run, policy);
        var drained = !run.Goal.KeepsBoth && halfWay.Rule is { } rule && rule.Newer == leaving ? rule.Out.Length : 0;
        if (drained > 0 && Recaller.IsPossible(halfWay.Seen))
        {
            plan.Add(
                staying.Id, $"Recall the {drained} tasks that are out of the pool, by the admin sockets",
                "they are to serve on every load balancer before the roles turn");
            if (staying.Instances >= run.Goal.Staying) plan.Add(Act.Describe(RoleTurner.Touch(staying, leaving)));
        }
        else if (drained > 0 && staying.Instances >= run.Goal.Staying)
        {
            plan.Add(
                staying.Id, $"Scale from {staying.Instances} to {halfWay.Rule.InstancesToKeep(run.Goal.Staying)} instances, without turning the roles",
                $"{drained} of its tasks are out of the pool, and fresh ones are to serve in their place first");
            plan.Add(staying.Id, $"Kill those {drained} tasks once nothing is pending on them", $"{leaving.Id} can leave then");
        }

        plan.AddReplacement(staying.Instances, leaving);
        return plan._steps.ToImmutable();
    }

    private void AddReplacement(int instances, MarathonApp leaving)
    {
        var (staying, goal) = (_run.Roles.StayingId, _run.Goal);
        AddGate(instances);
        while (instances < goal.Staying)
        {
            var next = _policy.Growth.Next(instances, leaving.Instances, goal.Staying);
            Add(staying, $"Scale from {instances} to {next} instances", $"every load balancer serves {instances} of the {goal.Staying} instances wanted");
            AddHealthy(next, $"as many of {leaving.Id} leave the pool");
            instances = next;
            AddGate(instances);
        }

        if (goal.KeepsOld)
        {
            Add(leaving.Id, $"Keep the app and its {leaving.Instances} tasks, out of every pool", $"{staying} serves alone with {instances} instances");
            return;
        }

        var going = leaving.Instances - goal.Leaving;
        if (going <= 0) return;
        Add(
            leaving.Id, $"Wait until nothing is pending on {going} of its tasks (at most {_policy.DrainTimeout.TotalSeconds:0} s)",
            "each is out of every pool, and the HAProxy processes that could have requests on it have ended");
        if (goal.KeepsBoth) Add(leaving.Id, $"Kill these {going} tasks, {goal.Leaving} stay", $"{staying} serves {goal.Staying} in their place");
        else Add(leaving.Id, $"Remove the app and its {going} tasks", $"{staying} serves alone with {instances} instances");
    }

    private void AddGate(int instances)
    {
        if (_policy.IsGated) Add(_run.Roles.StayingId, $"Ask the gate, with {instances} of {_run.Goal.Staying} instances", "every load balancer serves all of them");
    }

    private void AddHealthy(int instances, string reason) => Add(
        _run.Roles.StayingId,
        $"Wait until {instances} {(instances == 1 ? "task is" : "tasks are")} healthy and {(instances == 1 ? "serves" : "serve")} on every load balancer (at most {_policy.HealthTimeout.TotalSeconds:0} s)",
        reason);

    private void Add(PlannedAct act) => Add(act.Target, act.Action, act.Reason);

    private void Add(string target, string action, string reason) => _steps.Add(new PlanStep(_steps.Count + 1, target, action, reason));
}
