using BlueGreen.Engine.Deployment.Acting;
using BlueGreen.Engine.Deployment.Deciding;
using BlueGreen.Engine.Deployment.Journaling;
using BlueGreen.Engine.Haproxy;

namespace BlueGreen.Engine.Tests.Deployment;

/// <summary>A way back while marathon-lb takes green for the newer one and has both of blue's tasks out of the pools.</summary>
public class RecallerTests
{
    [Fact]
    public void With_the_sockets_of_all_load_balancers_the_tasks_that_are_out_are_put_back_into_the_pools()
    {
        var shop = Drained().HasSocket("lb1").HasSocket("lb2");

        var recall = Assert.IsType<Decision.Recall>(shop.Decide());

        Assert.Equal("/shop-blue", recall.AppId);
        Assert.Equal(
            from loadBalancer in new[] { "lb1", "lb2" }
            from server in new[] { StoppedShop.First, StoppedShop.Second }
            select new IdleServer(loadBalancer, "shop_10000", server),
            recall.Servers.OrderBy(server => server.LoadBalancer).ThenBy(server => server.Server));
        Assert.Null(Act.TasksToKill(recall));
        Assert.Empty(Effect.Of(recall));
    }

    [Theory]
    [InlineData("UP")]
    [InlineData("no check")]
    public void The_roles_turn_as_soon_as_they_serve_everywhere(string status)
    {
        var shop = Drained(status).HasSocket("lb1").HasSocket("lb2");

        Assert.Equal("/shop-blue", Assert.IsType<Decision.Touch>(shop.Decide()).AppId);
    }

    [Fact]
    public void What_a_reload_has_taken_out_again_is_recalled_once_more()
    {
        var shop = Drained().HasSocket("lb1").HasSocket("lb2");
        shop.Acts(shop.Decide());
        foreach (var server in new[] { StoppedShop.First, StoppedShop.Second }) shop.Shows("lb1", server, "UP");

        var again = Assert.IsType<Decision.Recall>(shop.Decide(1));

        Assert.All(again.Servers, server => Assert.Equal("lb2", server.LoadBalancer));
    }

    [Fact]
    public void One_that_its_own_check_has_down_is_waited_for_before_the_roles_turn()
    {
        var shop = Drained("UP").Shows("lb2", StoppedShop.Second, "DOWN 1/2").HasSocket("lb1").HasSocket("lb2");

        var wait = Assert.IsType<Decision.Wait>(shop.Decide());

        Assert.Equal(WaitKind.Convergence, wait.Kind);
        Assert.Contains("load balancer lb2 serves 1 of 2 tasks of /shop-blue", wait.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_socket_of_every_load_balancer_fresh_tasks_take_their_place() =>
        Assert.IsType<Decision.GrowBeside>(Drained().HasSocket("lb1").Decide());

    [Fact]
    public void While_it_is_not_known_whose_a_socket_is_no_fresh_tasks_are_started()
    {
        var shop = Drained().HasSocket("lb1").AwaitsSocket("lb2");

        var wait = Assert.IsType<Decision.Wait>(shop.Decide());

        Assert.Contains("load balancer lb2: whether one of the admin sockets is its", wait.Reason, StringComparison.Ordinal);
        Assert.IsType<Decision.Recall>(shop.HasSocket("lb2").Decide(1));
    }

    [Fact]
    public void While_a_load_balancer_cannot_be_read_nothing_is_done() =>
        Assert.IsType<Decision.Wait>(Drained().HasSocket("lb1").HasSocket("lb2").IsUnreadable("lb2").Decide());

    [Fact]
    public void A_task_that_is_not_healthy_is_not_brought_back() =>
        Assert.Equal(WaitKind.Health, Assert.IsType<Decision.Wait>(Drained("MAINT", isBlueHealthy: false).HasSocket("lb1").HasSocket("lb2").Decide()).Kind);

    [Fact]
    public void After_five_attempts_fresh_tasks_take_their_place()
    {
        var shop = Drained().HasSocket("lb1").HasSocket("lb2");
        for (var attempt = 0; attempt < 5; attempt++) shop.Begins(Assert.IsType<Decision.Recall>(shop.Decide(attempt)));

        Assert.IsType<Decision.GrowBeside>(shop.Decide(6));
    }

    [Fact]
    public void What_the_last_attempt_brought_back_is_used()
    {
        var shop = Drained().HasSocket("lb1").HasSocket("lb2");
        for (var attempt = 0; attempt < 5; attempt++) shop.Begins(Assert.IsType<Decision.Recall>(shop.Decide(attempt)));
        foreach (var loadBalancer in new[] { "lb1", "lb2" }) shop.Shows(loadBalancer, StoppedShop.First, "UP").Shows(loadBalancer, StoppedShop.Second, "UP");

        Assert.IsType<Decision.Touch>(shop.Decide(6));
    }

    [Fact]
    public void A_journal_keeps_what_was_recalled()
    {
        var recall = Drained().HasSocket("lb1").HasSocket("lb2").Decide();
        using var written = new StringWriter();

        JournalJson.Write(written, new JournalEntry.Decided(DateTimeOffset.UnixEpoch, recall));

        Assert.Equal(recall, Assert.IsType<JournalEntry.Decided>(JournalJson.Read(written.ToString())).Decision);
    }

    private static StoppedShop Drained(string status = "MAINT", bool isBlueHealthy = true)
    {
        var shop = new StoppedShop(isBlueHealthy, blueWasScaledLast: false);
        foreach (var loadBalancer in new[] { "lb1", "lb2" })
        {
            foreach (var blue in new[] { StoppedShop.First, StoppedShop.Second }) shop.Shows(loadBalancer, blue, status);
            foreach (var green in new[] { "10_0_6_25_32000", "10_0_6_25_32001" }) shop.Shows(loadBalancer, green, "UP");
        }

        return shop;
    }
}
