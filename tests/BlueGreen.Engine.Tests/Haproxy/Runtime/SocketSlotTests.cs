using BlueGreen.Engine.Haproxy;
using BlueGreen.Engine.Haproxy.Runtime;

namespace BlueGreen.Engine.Tests.Haproxy.Runtime;

/// <summary>Whose socket is it? Two instances in containers of their own may have the same process ids and the same age.</summary>
public class SocketSlotTests
{
    private static readonly LoadBalancerInstance First = new("10.0.0.1:9090", new Uri("http://10.0.0.1:9090"));
    private static readonly LoadBalancerInstance Second = new("10.0.0.2:9090", new Uri("http://10.0.0.2:9090"));

    [Fact]
    public async Task The_socket_that_shows_what_is_asked_of_the_instance_is_the_instances()
    {
        var haproxy = new FakeHaproxy();
        using var slot = new SocketSlot(haproxy, TimeProvider.System);

        var (reading, problem) = await slot.ReadAsync(haproxy.Query(First), TestContext.Current.CancellationToken);

        Assert.NotNull(reading);
        Assert.Equal((First, null), (slot.Owner, problem));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(12)]
    [InlineData(400)]
    public async Task One_with_the_same_process_that_does_not_is_not_however_busy_it_is(int othersEachTime)
    {
        var (mine, twin) = (new FakeHaproxy(), new FakeHaproxy { OthersEachTime = othersEachTime });
        using var slot = new SocketSlot(twin, TimeProvider.System);

        var (reading, _) = await slot.ReadAsync(mine.Query(First), TestContext.Current.CancellationToken);

        Assert.Null(reading);
        Assert.Null(slot.Owner);
        Assert.False(slot.MayBeOf(First));
        Assert.True(slot.MayBeOf(Second));
    }

    [Fact]
    public async Task Of_two_with_the_same_process_each_finds_its_own()
    {
        var (one, two) = (new FakeHaproxy(), new FakeHaproxy());
        using var slot = new SocketSlot(two, TimeProvider.System);

        Assert.Null((await slot.ReadAsync(one.Query(First), TestContext.Current.CancellationToken)).Reading);
        Assert.NotNull((await slot.ReadAsync(two.Query(Second), TestContext.Current.CancellationToken)).Reading);
        Assert.Equal(Second, slot.Owner);
    }

    [Fact]
    public async Task A_process_that_serves_no_load_balancer_is_said_after_some_looks()
    {
        var haproxy = new FakeHaproxy { Pid = 41 };
        using var slot = new SocketSlot(haproxy, TimeProvider.System);

        var problem = "";
        for (var look = 0; look < 30 && problem is null or ""; look++) (_, problem) = await slot.ReadAsync(haproxy.Query(First, pid: 40), TestContext.Current.CancellationToken);

        Assert.Contains("speaks with process 41, which serves no load balancer that is known", problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Through_a_reload_it_stays_the_instances()
    {
        var haproxy = new FakeHaproxy();
        using var slot = new SocketSlot(haproxy, TimeProvider.System);
        await slot.ReadAsync(haproxy.Query(First), TestContext.Current.CancellationToken);
        haproxy.Pid = 41;

        Assert.NotNull((await slot.ReadAsync(haproxy.Query(First, pid: 40), TestContext.Current.CancellationToken)).Reading);
        Assert.NotNull((await slot.ReadAsync(haproxy.Query(First), TestContext.Current.CancellationToken)).Reading);
    }

    [Fact]
    public async Task A_socket_that_fails_is_left_alone_for_some_seconds_and_says_why()
    {
        var haproxy = new FakeHaproxy { Fails = true };
        using var slot = new SocketSlot(haproxy, TimeProvider.System);

        Assert.Equal("gone", (await slot.ReadAsync(haproxy.Query(First), TestContext.Current.CancellationToken)).Problem);
        haproxy.Fails = false;
        Assert.Equal("gone", (await slot.ReadAsync(haproxy.Query(First), TestContext.Current.CancellationToken)).Problem);
        Assert.Equal(1, haproxy.Identified);
    }

    /// <summary>A HAProxy with a statistics frontend and a busy one.</summary>
    private sealed class FakeHaproxy : IRuntimeSocket
    {
        private long _stats;
        private long _web;

        public int Pid { get; set; } = 40;

        public int OthersEachTime { get; init; }

        public bool Fails { get; set; }

        public int Identified { get; private set; }

        public RuntimeAddress Address { get; } = RuntimeAddress.Parse("unix:/run/haproxy.sock");

        public SocketQuery Query(LoadBalancerInstance instance, int? pid = null) => new(
            instance, pid ?? Pid, TimeSpan.FromSeconds(5), [pid ?? Pid], ["shop_10000"], (times, _) =>
            {
                _stats += times;
                return Task.CompletedTask;
            });

        public Task<ServingIdentity> IdentifyAsync(int expected, CancellationToken cancellationToken)
        {
            Identified++;
            if (Fails) throw new BlueGreenException(ErrorKind.Unavailable, "HaproxySocketUnreachable", "gone", "");
            return Task.FromResult(new ServingIdentity(Pid, TimeSpan.FromSeconds(5)));
        }

        public Task<ImmutableDictionary<string, long>> CountConnectionsAsync(CancellationToken cancellationToken)
        {
            _web += OthersEachTime;
            return Task.FromResult(ImmutableDictionary<string, long>.Empty.Add("stats", _stats).Add("web", _web));
        }

        public Task<SocketReading> ReadAsync(SocketQuery query, CancellationToken cancellationToken) => Task.FromResult(SocketReading.None);

        public void LetGo()
        {
        }

        public void Dispose()
        {
        }
    }
}
