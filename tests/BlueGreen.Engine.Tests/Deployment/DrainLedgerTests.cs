using BlueGreen.Engine.Deployment;
using BlueGreen.Engine.Deployment.Judging;
using BlueGreen.Engine.Deployment.Observing;
using BlueGreen.Engine.Haproxy;
using BlueGreen.Engine.Marathon;

namespace BlueGreen.Engine.Tests.Deployment;

/// <summary>
/// One task on one or two load balancers, as the process sets and statistics tell it. Times are seconds; process ids are small numbers.
/// </summary>
public class DrainLedgerTests
{
    private const int Master = 10;

    private readonly Story _story = new();

    [Fact]
    public void In_the_pool_nothing_is_drained()
    {
        _story.At(0).Reads(serving: 11, all: [Master, 11], "UP");

        Assert.Equal("it still gets requests", _story.WaitsFor);
    }

    [Fact]
    public void Idle_statistics_of_the_new_worker_prove_nothing_while_the_old_one_lives()
    {
        _story.At(0).Reads(11, [Master, 11], "UP");
        _story.At(1).Reads(12, [Master, 11, 12], "MAINT");

        Assert.Contains("HAProxy process 11 from before the last reload", _story.WaitsFor);
    }

    [Fact]
    public void Drained_as_soon_as_the_old_worker_has_ended()
    {
        _story.At(0).Reads(11, [Master, 11], "UP");
        _story.At(1).Reads(12, [Master, 11, 12], "MAINT");
        _story.At(5).Reads(12, [Master, 12], "MAINT");

        Assert.Null(_story.WaitsFor);
        Assert.Equal(TimeSpan.FromSeconds(4), _story.Proof.DrainTime);
    }

    [Fact]
    public void Sessions_in_the_serving_worker_count_too()
    {
        _story.At(0).Reads(11, [Master, 11], "UP");
        _story.At(1).Reads(11, [Master, 11], "DRAIN", sessions: 1);
        Assert.Equal("requests are in flight or queued", _story.WaitsFor);

        _story.At(2).Reads(11, [Master, 11], "DRAIN");
        Assert.Null(_story.WaitsFor);
    }

    [Fact]
    public void Later_reloads_by_others_do_not_hold_a_task_up_that_was_idle()
    {
        _story.At(0).Reads(11, [Master, 11], "UP");
        _story.At(1).Reads(12, [Master, 12], "MAINT");
        _story.At(2).Reads(13, [Master, 12, 13], "MAINT");

        Assert.Null(_story.WaitsFor);
    }

    [Fact]
    public void A_reload_takes_running_sessions_out_of_sight_and_they_are_still_waited_for()
    {
        _story.At(0).Reads(11, [Master, 11], "UP");
        _story.At(1).Reads(11, [Master, 11], "DRAIN", sessions: 1);
        _story.At(2).Reads(12, [Master, 11, 12], "MAINT");
        Assert.Contains("process 11", _story.WaitsFor);

        _story.At(3).Reads(12, [Master, 12], "MAINT");
        Assert.Null(_story.WaitsFor);
    }

    [Fact]
    public void All_old_workers_of_several_reloads_are_waited_for()
    {
        _story.At(0).Reads(11, [Master, 11], "UP");
        _story.At(1).Reads(12, [Master, 11, 12], "UP");
        _story.At(2).Reads(13, [Master, 11, 12, 13], "MAINT");
        _story.At(3).Reads(13, [Master, 11, 13], "MAINT");

        Assert.Contains("process 11", _story.WaitsFor);
    }

    [Fact]
    public void Coming_back_into_the_pool_makes_everything_known_worthless()
    {
        _story.At(0).Reads(11, [Master, 11], "UP");
        _story.At(1).Reads(12, [Master, 12], "MAINT");
        Assert.Null(_story.WaitsFor);

        _story.At(2).Reads(13, [Master, 12, 13], "UP");
        _story.At(3).Reads(14, [Master, 13, 14], "MAINT");
        Assert.Contains("process 13", _story.WaitsFor);
    }

    [Fact]
    public void A_worker_that_came_and_went_as_the_serving_one_unseen_is_waited_for()
    {
        _story.At(0).Reads(11, [Master, 11], "UP");
        _story.At(1).Reads(12, [Master, 12], "MAINT");
        // Between two looks: worker 13 had the task in its pool again, worker 14 has not.
        _story.At(2).Reads(14, [Master, 12, 13, 14], "MAINT");

        Assert.Contains("process 13", _story.WaitsFor);
    }

    [Fact]
    public void Without_a_master_the_only_other_process_is_an_old_worker()
    {
        _story.At(0).Reads(11, [11], "UP");
        _story.At(1).Reads(12, [11, 12], "MAINT");
        Assert.Contains("process 11", _story.WaitsFor);

        _story.At(2).Reads(12, [12], "MAINT");
        Assert.Null(_story.WaitsFor);
    }

    [Fact]
    public void The_one_process_that_was_there_before_the_first_look_is_the_master()
    {
        _story.At(0).Reads(12, [Master, 12], "MAINT");

        Assert.Null(_story.WaitsFor);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(null)]
    public void The_one_process_from_before_the_first_look_is_an_old_worker_unless_HAProxy_says_that_it_has_a_master(bool? hasMaster)
    {
        _story.HasMaster = hasMaster;
        _story.At(0).Reads(12, [11, 12], "MAINT");
        Assert.Contains("process 11 was there before the first look", _story.WaitsFor);

        _story.At(1).Reads(12, [12], "MAINT");
        Assert.Null(_story.WaitsFor);
    }

    [Fact]
    public void Of_two_processes_from_before_the_first_look_either_may_be_an_old_worker()
    {
        _story.At(0).Reads(12, [Master, 11, 12], "MAINT");
        Assert.Contains("processes 10, 11 were there before the first look", _story.WaitsFor);

        _story.At(1).Reads(12, [Master, 12], "MAINT");
        Assert.Null(_story.WaitsFor);
    }

    [Fact]
    public void A_foreign_process_that_came_without_a_reload_is_not_waited_for()
    {
        _story.At(0).Reads(11, [Master, 11], "UP");
        _story.At(1).Reads(11, [Master, 11, 900], "UP");
        _story.At(20).Reads(11, [Master, 11, 900], "UP");
        _story.At(21).Reads(12, [Master, 11, 12, 900], "MAINT");
        _story.At(22).Reads(12, [Master, 12, 900], "MAINT");

        Assert.Null(_story.WaitsFor);
    }

    [Fact]
    public void A_task_that_was_never_listed_may_be_about_to_be_for_some_seconds()
    {
        _story.At(0).Reads(11, [Master, 11], status: null);
        _story.At(4).Reads(11, [Master, 11], status: null);
        Assert.Equal("the load balancer does not list it, and may be about to", _story.WaitsFor);

        _story.At(5).Reads(11, [Master, 11], status: null);
        Assert.Null(_story.WaitsFor);
        Assert.Equal(DrainEvidence.NeverInPool, _story.Proof.Evidence);
    }

    [Fact]
    public void A_reading_that_is_torn_or_missing_proves_nothing_and_forgets_nothing()
    {
        _story.At(0).Reads(11, [Master, 11], "UP");
        _story.At(1).Reads(12, [Master, 11, 12], "MAINT");
        _story.At(2).CannotRead("a reload came in between");
        Assert.Equal("a reload came in between", _story.WaitsFor);

        _story.At(3).Reads(12, [Master, 11, 12], "MAINT");
        Assert.Contains("process 11", _story.WaitsFor);
        Assert.Equal(_story.Time(1), _story.Proof.OutOfPoolSince);
    }

    [Fact]
    public void Load_balancers_that_see_each_others_processes_do_not_wait_for_each_others_workers()
    {
        // Masters 10 and 20; workers 11, 12 of the first, 21, 22 of the second; one list for both.
        _story.At(0).Reads(11, [10, 11, 20, 21], "UP", otherServing: 21);
        _story.At(1).Reads(12, [10, 11, 12, 20, 21, 22], "MAINT", otherServing: 22);
        Assert.Contains("process 11", _story.WaitsFor);

        _story.At(2).Reads(12, [10, 12, 20, 21, 22], "MAINT", otherServing: 22);
        Assert.Null(_story.WaitsFor);
    }

    /// <summary>Tells readings one after the other to a ledger.</summary>
    private sealed class Story
    {
        private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        private static readonly LoadBalancerInstance First = new("lb1", new Uri("http://127.0.0.1:9090"));
        private static readonly LoadBalancerInstance Second = new("lb2", new Uri("http://127.0.0.2:9090"));
        private static readonly MarathonApp App = MarathonApp.Parse(
            """
            { "id": "/shop-blue", "instances": 1, "portDefinitions": [ { "port": 10000 } ],
              "labels": { "HAPROXY_DEPLOYMENT_GROUP": "shop", "HAPROXY_0_PORT": "10000" },
              "tasks": [ { "id": "t1", "host": "10.0.6.25", "ports": [ 31000 ], "state": "TASK_RUNNING" } ] }
            """);

        private DrainLedger _ledger = DrainLedger.Empty;
        private Observation _seen = new(Start, Start, [App], []);
        private DateTimeOffset _now;

        /// <summary>What HAProxy says of its mode.</summary>
        public bool? HasMaster { get; set; } = true;

        public DrainProof Proof => DrainProofs.Of(App.Tasks[0], _seen, _ledger)[0];

        public string? WaitsFor => Proof.WaitsFor;

        public DateTimeOffset Time(int seconds) => Start.AddSeconds(seconds);

        public Story At(int seconds)
        {
            _now = Time(seconds);
            return this;
        }

        public void Reads(int serving, int[] all, string? status, int sessions = 0, int? otherServing = null)
        {
            var readings = ImmutableArray.Create(Read(First, serving, all, status, sessions));
            Fold(otherServing is { } other ? readings.Add(Read(Second, other, all, status, 0)) : readings);
        }

        public void CannotRead(string problem) => Fold([new LoadBalancerReading(First, _now, ReadingQuality.Torn, problem, null, [])]);

        private void Fold(ImmutableArray<LoadBalancerReading> readings)
        {
            _seen = _seen with { At = _now, MarathonAt = _now, LoadBalancers = readings };
            _ledger = _ledger.Next(_seen);
        }

        private LoadBalancerReading Read(LoadBalancerInstance instance, int serving, int[] all, string? status, int sessions) =>
            new(instance, _now, ReadingQuality.Consistent, null, new ProcessSet(serving, TimeSpan.Zero, [.. all]) { HasMaster = HasMaster }, status is null ? [] : [Stat(instance, status, sessions)]);

        private static HaproxyServerStat Stat(LoadBalancerInstance instance, string status, int sessions) => new()
        {
            LoadBalancer = instance.Name,
            Backend = "shop_10000",
            Server = "10_0_6_25_31000",
            Status = status,
            State = status switch { "UP" => ServerState.Serving, "DRAIN" => ServerState.Drain, _ => ServerState.Maintenance },
            CurrentSessions = sessions,
        };
    }
}
