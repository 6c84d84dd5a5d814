using BlueGreen.Engine.Haproxy;
using BlueGreen.Engine.Haproxy.Runtime;

namespace BlueGreen.Engine.Tests.Haproxy.Runtime;

/// <summary>Whose socket is it? Two instances in containers of their own may have the same process ids and the same age.</summary>
public class SocketMatchTests
{
    private static readonly LoadBalancerInstance First = new("10.0.0.1:9090", new Uri("http://10.0.0.1:9090"));
    private static readonly LoadBalancerInstance Second = new("10.0.0.2:9090", new Uri("http://10.0.0.2:9090"));
    private static readonly RuntimeAddress Unix = RuntimeAddress.Parse("unix:/run/haproxy.sock");

    private readonly SocketMatch _match = new();

    [Fact]
    public void The_same_process_with_a_count_that_grows_with_our_requests_is_the_instances()
    {
        Assert.False(Look(pid: 40, its: 100, own: 10));
        Assert.True(Look(pid: 40, its: 107, own: 17));
        Assert.Null(_match.Problem);
        Assert.True(_match.IsOfAnother(Second));
    }

    [Fact]
    public void A_process_that_does_not_see_our_requests_is_another_HAProxys()
    {
        Look(pid: 40, its: 100, own: 10);
        Assert.False(Look(pid: 40, its: 101, own: 17));
        Assert.Contains("has not seen this session's requests", _match.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_process_of_another_age_is_another_HAProxys()
    {
        for (var look = 0; look < 10; look++) Assert.False(Look(pid: 40, its: 100 + (look * 10), own: 10 + look, uptime: 60));
        Assert.Contains("serves no load balancer that is known", _match.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void When_two_instances_have_the_same_process_nothing_tells_whose_a_path_is()
    {
        for (var look = 0; look < 3; look++) Assert.False(Look(pid: 40, its: 100 + (look * 10), own: 10 + look, rivals: [(Second, 40, TimeSpan.FromSeconds(6))]));
        Assert.Contains("10.0.0.1:9090 and 10.0.0.2:9090 alike", _match.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("10.0.0.1:9999", true)]
    [InlineData("10.0.0.2:9999", false)]
    public void When_two_instances_have_the_same_process_the_address_tells(string address, bool isOurs)
    {
        Look(pid: 40, its: 100, own: 10, address: address, rivals: [(Second, 40, TimeSpan.FromSeconds(5))]);
        Assert.Equal(isOurs, Look(pid: 40, its: 110, own: 11, address: address, rivals: [(Second, 40, TimeSpan.FromSeconds(5))]));
        Assert.Null(_match.Problem);
    }

    [Fact]
    public void Two_sockets_that_speak_with_the_same_process_may_be_those_of_two_HAProxys()
    {
        var twin = new SocketMatch();
        twin.Next(Unix, new ServingIdentity(40, TimeSpan.FromSeconds(5), 3), Query(40, 5, 1), [], []);
        for (var look = 0; look < 3; look++) Assert.False(Look(pid: 40, its: 100 + (look * 10), own: 10 + look, twins: [twin]));
        Assert.Contains("two sockets speak with a process 40", _match.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Through_a_reload_it_stays_the_instances()
    {
        Look(pid: 40, its: 100, own: 10);
        Look(pid: 40, its: 110, own: 12);
        Assert.True(Look(pid: 41, its: 1, own: 14));
        Assert.True(Look(pid: 41, its: 9, own: 16));
    }

    private bool Look(
        int pid, long its, long own, int uptime = 5, string? address = null,
        (LoadBalancerInstance, int, TimeSpan)[]? rivals = null, SocketMatch[]? twins = null) =>
        _match.Next(
            address is null ? Unix : RuntimeAddress.Parse(address), new ServingIdentity(pid, TimeSpan.FromSeconds(uptime), its), Query(pid, 5, own), rivals ?? [], twins ?? []);

    private static SocketQuery Query(int pid, int uptime, long own) => new(First, pid, TimeSpan.FromSeconds(uptime), [pid], own, ["shop_10000"]);
}
