namespace BlueGreen.Engine.Tests.Deployment;

/// <summary>The one gate that every kill passes, whoever decided on it and why. Process 10 is the master.</summary>
public class KillGateTests
{
    private readonly DrainStory _story = new();

    [Fact]
    public void A_task_that_is_out_of_every_pool_and_idle_may_be_killed()
    {
        Drained();

        Assert.Null(_story.Refusal(2));
    }

    [Fact]
    public void Nothing_may_when_no_load_balancer_is_known() => Assert.Equal("no load balancer is known", _story.Refusal(0));

    [Theory]
    [InlineData(3, false)]
    [InlineData(3.1, true)]
    [InlineData(4, true)]
    public void A_look_is_good_for_a_second(double seconds, bool isRefused)
    {
        Drained();

        Assert.Equal(isRefused, _story.Refusal(seconds)?.Contains("the last look is", StringComparison.Ordinal) ?? false);
    }

    [Fact]
    public void A_load_balancer_that_could_not_be_read_at_the_last_look_stops_it()
    {
        Drained();
        _story.At(3).CannotRead("a reload came in between");

        Assert.Equal("t1 on load balancer lb1: a reload came in between", _story.Refusal(3, mayCutSessions: true));
    }

    [Fact]
    public void A_running_task_that_is_not_listed_may_be_listed_at_the_next_reload()
    {
        _story.At(0).Reads(11, [10, 11], status: null);

        Assert.Contains("the load balancer does not list it", _story.Refusal(0, mayCutSessions: true), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("UP")]
    [InlineData("DOWN 1/2")]
    public void One_that_is_in_the_pool_must_not_be_whatever_the_user_chose(string status)
    {
        Drained();
        _story.At(3).Reads(12, [10, 12], status);

        Assert.Equal("t1 on load balancer lb1: it is still in the pool", _story.Refusal(3, mayCutSessions: true));
    }

    [Fact]
    public void One_load_balancer_of_two_that_still_sends_it_requests_is_enough()
    {
        Drained();
        _story.OnSecond = "UP";
        _story.At(3).Reads(12, [10, 12], "MAINT", otherServing: 22);

        Assert.Equal("t1 on load balancer lb2: it is still in the pool", _story.Refusal(3));
    }

    [Theory]
    [InlineData(1, new[] { 10, 12 })]
    [InlineData(0, new[] { 10, 11, 12 })]
    public void Work_that_may_be_pending_stops_it_unless_the_user_chose_to_cut_it(int sessions, int[] processes)
    {
        _story.At(0).Reads(11, [10, 11], "UP");
        _story.At(2).Reads(12, processes, "MAINT", sessions);

        Assert.Equal("t1 on load balancer lb1: work may be pending", _story.Refusal(2));
        Assert.Null(_story.Refusal(2, mayCutSessions: true));
    }

    private void Drained()
    {
        _story.At(0).Reads(11, [10, 11], "UP");
        _story.At(2).Reads(12, [10, 12], "MAINT");
    }
}
