using BlueGreen.Engine.Deployment;
using BlueGreen.Engine.Haproxy;

namespace BlueGreen.Engine.Tests.Deployment;

/// <summary>
/// What HAProxy's sockets and the task's own gauge add to the process sets, each by itself and together. Process 11 is the old worker that
/// another app's long connection keeps alive.
/// </summary>
public class DrainEvidenceTests
{
    private const int Master = 10;
    private static readonly int[] Before = [Master, 11];
    private static readonly int[] After = [Master, 11, 12];

    private readonly DrainStory _story = new();

    [Fact]
    public void What_an_old_worker_has_pending_is_said_in_numbers()
    {
        Drains();
        _story.At(2).Told(11, pending: 2).Reads(12, After, "MAINT");

        Assert.Equal("2 requests are in flight in processes from before the last reload", _story.WaitsFor);
        Assert.Equal([0, 2], _story.Proof.Sessions.Select(s => s.OldProcesses ?? 0));
    }

    [Theory]
    [InlineData(WorkerSource.MasterSocket, DrainEvidence.MasterSocket)]
    [InlineData(WorkerSource.AdminSocket, DrainEvidence.AdminSocket)]
    public void An_old_worker_that_is_known_to_be_idle_and_can_take_up_nothing_more_holds_nothing_up(WorkerSource source, DrainEvidence evidence)
    {
        Drains();
        _story.At(10).Told(11, pending: 0, source: source).Reads(12, After, "MAINT");
        Assert.Contains("process 11", _story.WaitsFor, StringComparison.Ordinal);

        _story.At(16).Told(11, pending: 0, source: source).Reads(12, After, "MAINT");
        Assert.Null(_story.WaitsFor);
        Assert.Equal(DrainEvidence.ProcessSet | evidence, _story.Proof.Evidence);
        Assert.Equal((_story.Time(1), _story.Time(16), _story.Time(16)), (_story.Proof.OutOfPoolSince, _story.Proof.IdleSince, _story.Proof.CheckedAt));
    }

    [Fact]
    public void An_old_worker_with_no_connection_left_can_take_up_nothing_more()
    {
        Drains();
        _story.At(2).Told(11, pending: 0, connections: 0).Reads(12, After, "MAINT");

        Assert.Null(_story.WaitsFor);
    }

    [Fact]
    public void What_was_told_once_of_an_old_worker_holds_when_it_is_not_told_again()
    {
        Drains();
        _story.At(17).Told(11, pending: 0).Reads(12, After, "MAINT");
        _story.At(18).Reads(12, After, "MAINT");

        Assert.Null(_story.WaitsFor);
    }

    [Fact]
    public void A_new_process_with_the_number_of_one_that_had_nothing_left_is_waited_for()
    {
        Drains();
        _story.At(17).Told(11, pending: 0).Reads(12, After, "MAINT");
        _story.At(18).Reads(12, [Master, 12], "UP");
        _story.At(60).Reads(11, [Master, 11], "UP");
        _story.At(61).Reads(13, [Master, 11, 13], "MAINT");

        Assert.Equal([11], _story.Proof.WaitingForProcesses);
    }

    [Fact]
    public void A_task_that_leaves_later_need_not_wait_for_an_old_worker_that_has_nothing_left()
    {
        _story.At(0).Reads(11, Before, "UP");
        _story.At(1).Reads(12, After, "UP");
        _story.At(17).Told(11, pending: 0).Reads(12, After, "UP");
        _story.At(18).Reads(13, [.. After, 13], "MAINT");
        Assert.Equal([12], _story.Proof.WaitingForProcesses);

        _story.At(19).Reads(13, [Master, 11, 13], "MAINT");
        Assert.Null(_story.WaitsFor);
    }

    [Fact]
    public void Coming_back_into_the_pool_does_not_make_an_old_worker_busy_again_but_the_last_one_may_be()
    {
        Drains();
        _story.At(17).Told(11, pending: 0).Reads(12, After, "MAINT");
        _story.At(18).Reads(13, [.. After, 13], "UP");
        _story.At(19).Reads(14, [.. After, 13, 14], "MAINT");

        Assert.Equal([12, 13], _story.Proof.WaitingForProcesses);
    }

    [Fact]
    public void Requests_that_wait_for_any_server_of_the_backend_may_be_the_tasks()
    {
        Drains();
        _story.At(17).Told(11, pending: 1, server: null).Reads(12, After, "MAINT");

        Assert.Contains("1 request is in flight", _story.WaitsFor, StringComparison.Ordinal);
    }

    [Fact]
    public void Sessions_on_other_servers_of_the_backend_are_not_the_tasks()
    {
        Drains();
        _story.At(17).Told(11, pending: 4, server: "10_0_6_25_31001").Reads(12, After, "MAINT");

        Assert.Null(_story.WaitsFor);
    }

    [Fact]
    public void Of_two_sockets_that_tell_of_one_worker_the_one_that_tells_of_work_is_believed()
    {
        Drains();
        _story.At(17).Told(11, pending: 0).Told(11, pending: 1, source: WorkerSource.AdminSocket).Reads(12, After, "MAINT");

        Assert.Contains("1 request is in flight", _story.WaitsFor, StringComparison.Ordinal);
    }

    [Fact]
    public void A_gauge_that_says_0_does_not_outweigh_a_socket_that_tells_of_work()
    {
        Drains();
        foreach (var second in new[] { 20, 21, 22, 23 }) _story.At(second).Gauge(0).Told(11, pending: 1).Reads(12, After, "MAINT");

        Assert.Contains("1 request is in flight", _story.WaitsFor, StringComparison.Ordinal);
        Assert.Null(_story.Proof.IdleSince);
    }

    [Fact]
    public void Zeros_of_the_gauge_do_not_count_while_a_load_balancer_may_find_the_task_up_again()
    {
        _story.WithGauge().At(0).Reads(11, Before, "UP");
        foreach (var second in new[] { 1, 2, 3 }) _story.At(second).Gauge(0).Reads(11, Before, "DOWN 1/2");
        _story.At(4).Gauge(0).Reads(12, [Master, 12], "MAINT");

        Assert.Contains("has 1 times", _story.WaitsFor, StringComparison.Ordinal);
    }

    [Fact]
    public void An_old_worker_that_no_socket_tells_of_is_waited_for_as_ever()
    {
        _story.At(0).Reads(11, Before, "UP");
        _story.At(1).Reads(12, After, "UP");
        _story.At(2).Reads(13, [.. After, 13], "MAINT");
        _story.At(20).Told(12, pending: 0).Reads(13, [.. After, 13], "MAINT");

        Assert.Equal([11], _story.Proof.WaitingForProcesses);
    }

    [Fact]
    public void A_master_that_its_socket_names_is_told_from_an_old_worker_from_before_the_first_look()
    {
        _story.HasMaster = null;
        _story.Uptime = TimeSpan.FromMinutes(5);
        _story.At(0).ToldMaster(Master).Told(11, pending: 1).Reads(12, After, "MAINT");
        Assert.Contains("1 request is in flight", _story.WaitsFor, StringComparison.Ordinal);

        _story.At(1).ToldMaster(Master).Told(11, pending: 0).Reads(12, After, "MAINT");
        Assert.Null(_story.WaitsFor);
    }

    [Fact]
    public void Three_zeros_of_the_gauge_are_asked_for_although_every_old_process_has_ended()
    {
        _story.WithGauge().At(0).Reads(11, Before, "UP");
        _story.At(1).Reads(12, [Master, 12], "MAINT");
        Assert.Equal("its gauge of pending operations is to say 0 3 times in a row, and has 0 times", _story.WaitsFor);

        _story.At(2).Gauge(0).Reads(12, [Master, 12], "MAINT");
        _story.At(2.1).Gauge(0).Reads(12, [Master, 12], "MAINT");
        _story.At(3).Gauge(0).Reads(12, [Master, 12], "MAINT");
        Assert.NotNull(_story.WaitsFor);

        _story.At(4).Gauge(0).Reads(12, [Master, 12], "MAINT");
        Assert.Null(_story.WaitsFor);
        Assert.Equal(DrainEvidence.ProcessSet | DrainEvidence.PendingOperations, _story.Proof.Evidence);
        Assert.Equal(0, _story.Proof.PendingOperations);
    }

    [Theory]
    [InlineData(1d, null, "it has 1 operations pending, by its own gauge")]
    [InlineData(null, "refused", "its gauge of pending operations cannot be read: refused")]
    public void A_gauge_that_is_not_zero_or_not_readable_holds_and_begins_the_count_anew(double? count, string? problem, string waitsFor)
    {
        Drains();
        foreach (var second in new[] { 2, 3, 4 }) _story.At(second).Gauge(0).Reads(12, [Master, 12], "MAINT");
        Assert.Null(_story.WaitsFor);

        _story.At(5).Gauge(count, problem).Reads(12, [Master, 12], "MAINT");
        Assert.Equal(waitsFor, _story.WaitsFor);

        _story.At(6).Gauge(0).Reads(12, [Master, 12], "MAINT");
        Assert.NotNull(_story.WaitsFor);
    }

    [Fact]
    public void A_gauge_makes_up_for_an_old_worker_of_which_nothing_is_known()
    {
        Drains();
        foreach (var second in new[] { 2, 3, 4 }) _story.At(second).Gauge(0).Reads(12, After, "MAINT");
        Assert.Contains("process 11", _story.WaitsFor, StringComparison.Ordinal);

        _story.At(16).Gauge(0).Reads(12, After, "MAINT");
        Assert.Null(_story.WaitsFor);
        Assert.Equal(DrainEvidence.PendingOperations, _story.Proof.Evidence);
    }

    [Fact]
    public void Requests_that_are_known_to_be_in_flight_block_whatever_the_gauge_says()
    {
        Drains();
        foreach (var second in new[] { 16, 17, 18 }) _story.At(second).Gauge(0).Told(11, pending: 1).Reads(12, After, "MAINT");
        Assert.Contains("1 request is in flight", _story.WaitsFor, StringComparison.Ordinal);

        _story.At(19).Gauge(0).Reads(12, After, "MAINT", sessions: 1);
        Assert.Equal("requests are in flight or queued", _story.WaitsFor);
    }

    [Fact]
    public void Zeros_from_a_time_when_the_task_was_in_a_pool_are_worth_nothing()
    {
        Drains();
        foreach (var second in new[] { 2, 3, 4 }) _story.At(second).Gauge(0).Reads(12, [Master, 12], "MAINT");
        _story.At(5).Gauge(0).Reads(13, [Master, 12, 13], "UP");
        _story.At(6).Gauge(0).Reads(14, [Master, 14], "MAINT");

        Assert.Equal("its gauge of pending operations is to say 0 3 times in a row, and has 1 times", _story.WaitsFor);
    }

    private void Drains()
    {
        _story.At(0).Reads(11, Before, "UP");
        _story.At(1).Reads(12, After, "MAINT");
    }
}
