using BlueGreen.Engine.Deployment;

namespace BlueGreen.Engine.Tests.Deployment;

/// <summary>
/// One task on one or two load balancers, as the process sets and statistics tell it. Times are seconds; process ids are small numbers.
/// </summary>
public class DrainLedgerTests
{
    private const int Master = 10;

    private readonly DrainStory _story = new();

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
    public void A_HAProxy_that_died_has_taken_its_sessions_along_and_the_new_one_has_a_new_master()
    {
        _story.At(0).Reads(11, [Master, 11], "UP");
        _story.At(1).Reads(12, [Master, 11, 12], "MAINT");
        _story.At(3).Reads(21, [20, 21], "MAINT");
        Assert.Null(_story.WaitsFor);

        _story.At(4).Reads(22, [20, 22], "UP");
        _story.At(5).Reads(23, [20, 22, 23], "MAINT");
        Assert.Contains("HAProxy process 22 from before the last reload", _story.WaitsFor);
        _story.At(6).Reads(23, [20, 23], "MAINT");
        Assert.Null(_story.WaitsFor);
    }

    [Fact]
    public void A_HAProxy_that_was_started_afresh_and_reloaded_unseen_may_have_an_old_worker()
    {
        _story.At(0).Reads(11, [Master, 11], "UP");
        _story.At(1).Reads(12, [Master, 12], "MAINT");
        _story.At(3).Reads(22, [20, 21, 22], "MAINT");
        Assert.NotNull(_story.WaitsFor);

        _story.At(4).Reads(22, [20, 22], "MAINT");
        Assert.Null(_story.WaitsFor);
    }

    [Fact]
    public void A_worker_that_died_alone_does_not_make_its_successor_another_HAProxy()
    {
        _story.At(0).Reads(11, [Master, 11], "UP");
        _story.At(1).Reads(13, [Master, 12, 13], "MAINT");

        Assert.NotNull(_story.WaitsFor);
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

    /// <summary>marathon-lb's HAProxy has one; a request without traffic is cut after 30 s there.</summary>
    [Fact]
    public void Where_HAProxy_does_not_tell_a_process_that_has_long_outlived_the_last_reload_is_taken_for_the_master()
    {
        _story.HasMaster = null;
        _story.At(0).Reads(12, [11, 12], "UP");
        _story.At(20).Reads(13, [11, 13], "MAINT");
        Assert.Contains("process 11 was there before the first look", _story.WaitsFor);

        _story.At(31).Reads(13, [11, 13], "MAINT");
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
    public void A_process_that_came_right_before_a_reload_may_have_served_unseen_and_is_waited_for()
    {
        _story.At(0).Reads(11, [Master, 11], "UP");
        _story.At(1).Reads(11, [Master, 11, 12], "UP");
        _story.At(2).Reads(13, [Master, 12, 13], "UP");
        _story.At(15).Reads(14, [Master, 12, 14], "MAINT");
        Assert.Contains("process 12", _story.WaitsFor);

        _story.At(16).Reads(14, [Master, 14], "MAINT");
        Assert.Null(_story.WaitsFor);
    }

    [Fact]
    public void A_task_of_several_ports_is_out_when_each_of_its_servers_is()
    {
        _story.SecondPort = "UP";
        _story.At(0).Reads(11, [Master, 11], "UP");
        _story.At(1).Reads(11, [Master, 11], "MAINT");
        Assert.Equal("it still gets requests", _story.WaitsFor);

        _story.SecondPort = "DOWN 1/2";
        _story.At(2).Reads(11, [Master, 11], "MAINT");
        Assert.Equal("it is down there, not taken out of the pool", _story.WaitsFor);

        _story.SecondPort = "MAINT";
        _story.At(3).Reads(11, [Master, 11], "MAINT");
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
}
