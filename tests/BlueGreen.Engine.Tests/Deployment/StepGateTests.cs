using BlueGreen.Engine.Deployment;
using BlueGreen.Engine.Deployment.Deciding;
using BlueGreen.Engine.Deployment.Journaling;
using BlueGreen.Engine.Marathon;
using BlueGreen.Simulation.Staged;

namespace BlueGreen.Engine.Tests.Deployment;

public class StepGateTests
{
    private readonly Shop _shop = new() { Policy = new RolloutPolicy { Growth = new Growth.Linear(2) } };

    [Fact]
    public void It_is_asked_once_after_each_step_with_all_of_it_served_and_nothing_done_beyond()
    {
        var asked = new List<(int Step, int Instances, bool IsLast)>();
        _shop.Gate = new Gate(step =>
        {
            asked.Add((step.Step, step.Instances, step.IsLast));
            Assert.Equal(("shop", 4, "/shop-green", "/shop-blue"), (step.Group, step.Target, step.NewApp.Id, step.OldApp.Id));
            Assert.All(_shop.Cluster.LoadBalancers, lb => Assert.Equal(step.Instances, lb.CountServing(_shop.Green!)));
            Assert.Equal((step.Instances, 4), (_shop.Green!.Instances, _shop.Blue!.Instances));
            return null;
        });

        Assert.IsType<Decision.Done>(_shop.Deploy().Decision);

        Assert.Equal([(1, 1, false), (2, 3, false), (3, 4, true)], asked);
        Assert.Null(_shop.Blue);
        Assert.Equal(0, _shop.Cluster.Lost);
    }

    /// <summary>The sessions of the old colour may take their time: whoever judges the step need not wait for them.</summary>
    [Fact]
    public void The_last_step_is_judged_before_the_old_colour_has_drained()
    {
        _shop.Cluster.RequestDuration = TimeSpan.FromSeconds(40);
        DateTimeOffset? judged = null;
        _shop.Gate = new Gate(step =>
        {
            if (step.IsLast) judged = _shop.World.RightTime;
            return null;
        });

        var outcome = _shop.Deploy();

        Assert.IsType<Decision.Done>(outcome.Decision);
        Assert.All(outcome.Proofs, proof => Assert.True(proof.IsDrained));
        Assert.True(outcome.Proofs.Max(p => p.IdleSince) - judged > TimeSpan.FromSeconds(10), "the drain had not ended");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Its_refusal_holds_the_deployment_with_both_colours_as_they_are(int refusedStep)
    {
        _shop.Gate = new Gate(step => step.Step < refusedStep ? null : "too many errors");

        var outcome = _shop.Deploy();

        var hold = Assert.IsType<Decision.Hold>(outcome.Decision);
        Assert.Equal("GateRefused", hold.ReasonId);
        Assert.Contains("too many errors", hold.Reason);
        Assert.Equal((new[] { 1, 3, 4 }[refusedStep - 1], 4), (_shop.Green!.Instances, _shop.Blue!.Instances));
        Assert.Equal((4, 0), (_shop.LowestServing, _shop.Cluster.Lost));
    }

    [Fact]
    public void An_error_of_its_own_holds_it_as_well()
    {
        _shop.Gate = new Gate(_ => throw new BlueGreenException(ErrorKind.Unavailable, "MetricsUnreachable", "no metrics", "see to them"));

        Assert.Equal("MetricsUnreachable", Assert.IsType<Decision.Hold>(_shop.Deploy().Decision).ReasonId);
    }

    [Fact]
    public void What_happens_while_it_takes_its_time_is_seen_before_the_next_step()
    {
        _shop.Gate = new Gate(step =>
        {
            _shop.World.Advance(TimeSpan.FromMinutes(10));
            if (step.Step == 2) _shop.Marathon.Scale(_shop.Blue!, 5);
            return null;
        });

        Assert.Equal("ForeignChange", Assert.IsType<Decision.Hold>(_shop.Deploy().Decision).ReasonId);
        Assert.Equal(3, _shop.Green!.Instances);
    }

    [Fact]
    public async Task A_refusal_undoes_the_deployment_where_that_was_asked_for_and_nobody_is_asked_on_the_way_back()
    {
        var cluster = new StagedCluster();
        var asked = 0;
        var deployer = new BlueGreenDeployer(cluster.For()).WithGate(new Gate(step => ++asked == 2 ? "too slow" : null));
        await deployer.DeployAsync(Definition, new RolloutPolicy(), TestContext.Current.CancellationToken);

        var result = await deployer.DeployAsync(
            Definition, new RolloutPolicy { OnFailure = FailureAction.Undo }, TestContext.Current.CancellationToken);

        Assert.Equal((DeploymentResult.Undone, "GateRefused", 2), (result.Result, result.ReasonId, asked));
        Assert.Contains("too slow", result.Reason);
        Assert.Equal("/shop-blue", Assert.Single(cluster.Marathon.Apps.Values).Id);
        Assert.Equal(0, cluster.Lost);
    }

    [Fact]
    public async Task A_hybrid_is_judged_step_by_step_too()
    {
        var cluster = new StagedCluster();
        var asked = new List<int>();
        var deployer = new BlueGreenDeployer(cluster.For()).WithGate(new Gate(step => { asked.Add(step.Instances); return null; }));
        await deployer.DeployAsync(Definition, new RolloutPolicy(), TestContext.Current.CancellationToken);

        var result = await deployer.DeployAsync(Definition, new RolloutPolicy { NewInstances = 2 }, TestContext.Current.CancellationToken);

        Assert.Equal(DeploymentResult.Hybrid, result.Result);
        Assert.Equal([1, 2], asked);
    }

    [Fact]
    public async Task The_plan_says_when_it_is_asked()
    {
        var cluster = new StagedCluster();
        var deployer = new BlueGreenDeployer(cluster.For());
        var policy = new RolloutPolicy { Growth = new Growth.Steps(StepSize.Parse(["25%"])) };
        await deployer.DeployAsync(Definition, policy, TestContext.Current.CancellationToken);

        var plan = await deployer.WithGate(new Gate(_ => null)).PlanAsync(Definition, policy, TestContext.Current.CancellationToken);

        Assert.Equal(
            ["Create with 1 of 4 instances", "Ask the gate, with 1 of 4 instances", "Scale from 1 to 4 instances", "Ask the gate, with 4 of 4 instances",
             "Remove the app and its 4 tasks"],
            plan.Select(step => step.Action).Where(action => !action.StartsWith("Wait", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_journal_keeps_its_answers_and_a_replay_reproduces_every_decision_behind_them()
    {
        var journal = new WrittenJournal();
        _shop.Journal = journal;
        _shop.Policy = _shop.Policy with { Growth = new Growth.Steps(StepSize.Parse(["2", "75%"])) };
        _shop.Gate = new Gate(step =>
        {
            _shop.World.Advance(TimeSpan.FromMinutes(10));
            return step.IsLast ? "enough" : null;
        });

        _shop.Deploy();

        Assert.Equal([(2, null), (3, null), (4, "the gate")], journal.Entries.OfType<JournalEntry.Gated>().Select(g => (g.Instances, g.Refusal?[..8])));
        Assert.All(Replay.Run(journal.Entries), step => Assert.Null(step.Difference));
    }

    private static AppDefinition Definition { get; } = AppDefinition.Parse(
        """
        { "id": "shop", "cmd": "serve", "instances": 4, "portDefinitions": [ { "port": 10000 } ],
          "healthChecks": [ { "protocol": "HTTP", "path": "/health" } ],
          "labels": { "HAPROXY_DEPLOYMENT_GROUP": "shop", "HAPROXY_DEPLOYMENT_ALT_PORT": "10001", "HAPROXY_GROUP": "external" } }
        """, "shop.json");

    private sealed class Gate(Func<RolloutStep, string?> answer) : IStepGate
    {
        public Task<string?> RefuseAsync(RolloutStep step, CancellationToken cancellationToken) => Task.FromResult(answer(step));
    }
}
