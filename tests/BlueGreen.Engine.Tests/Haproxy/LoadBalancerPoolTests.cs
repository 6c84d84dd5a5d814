using System.Net;
using System.Net.Sockets;
using BlueGreen.Engine.Haproxy;
using BlueGreen.Engine.Tests.Session;
using Microsoft.Extensions.Time.Testing;

namespace BlueGreen.Engine.Tests.Haproxy;

public class LoadBalancerPoolTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly RecordingSink _sink = new();
    private readonly Dictionary<string, string[]> _names = [];
    private int _asked;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_address_of_a_host_is_an_instance_at_the_same_port_ordered_by_name()
    {
        _names["lb"] = ["10.0.0.9", "10.0.0.10"];

        var found = await Pool("http://lb:9090", "http://10.0.0.7:9091/prefix").DiscoverAsync(Token);

        Assert.Equal(["10.0.0.10:9090", "10.0.0.7:9091", "10.0.0.9:9090"], found.Select(lb => lb.Instance.Name));
        Assert.Equal("http://10.0.0.7:9091/prefix", found[1].Instance.StatsUri.AbsoluteUri);
    }

    [Fact]
    public async Task The_same_address_under_two_names_counts_once()
    {
        _names["lb"] = ["10.0.0.9", "10.0.0.9"];
        _names["other"] = ["10.0.0.9"];

        Assert.Single(await Pool("http://lb:9090", "http://other:9090").DiscoverAsync(Token));
    }

    [Fact]
    public async Task Addresses_of_version_6_count_only_without_one_of_version_4()
    {
        _names["both"] = ["fd00::1", "10.0.0.9"];
        _names["six"] = ["fd00::2"];

        var found = await Pool("http://both:9090", "http://six:9090", "http://[fd00::3]:9090").DiscoverAsync(Token);

        Assert.Equal(["10.0.0.9:9090", "[fd00::2]:9090", "[fd00::3]:9090"], found.Select(lb => lb.Instance.Name));
    }

    [Fact]
    public async Task An_instance_keeps_its_reader_while_others_come_and_go()
    {
        _names["lb"] = ["10.0.0.9"];
        var pool = Pool("http://lb:9090");
        var before = Assert.Single(await pool.DiscoverAsync(Token));
        _names["lb"] = ["10.0.0.8", "10.0.0.9"];

        var cached = await pool.DiscoverAsync(Token);
        _time.Advance(TimeSpan.FromSeconds(5));
        var after = await pool.DiscoverAsync(Token);

        Assert.Single(cached);
        Assert.Equal(2, after.Length);
        Assert.Same(before, after[1]);
        Assert.Equal(2, _asked);
    }

    [Fact]
    public async Task While_the_name_service_fails_the_last_instances_stay_and_it_is_told_once()
    {
        _names["lb"] = ["10.0.0.9"];
        var pool = Pool("http://lb:9090");
        await pool.DiscoverAsync(Token);
        _names.Remove("lb");

        for (var i = 0; i < 3; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(6));
            Assert.Single(await pool.DiscoverAsync(Token));
        }

        Assert.Contains("10.0.0.9", Assert.Single(_sink.Of(MessageLevel.Warning)));
    }

    [Fact]
    public async Task A_host_that_was_never_resolved_is_an_error_even_beside_others()
    {
        _names["lb"] = ["10.0.0.9"];

        var error = await Assert.ThrowsAsync<BlueGreenException>(() => Pool("http://lb:9090", "http://nowhere:9090").DiscoverAsync(Token));

        Assert.Equal(("LoadBalancerUnresolvable", "nowhere"), (error.ErrorId, error.Target));
    }

    [Fact]
    public async Task Who_comes_and_who_goes_is_told_once()
    {
        _names["lb"] = ["10.0.0.8", "10.0.0.9"];
        var pool = Pool("http://lb:9090");
        await pool.DiscoverAsync(Token);
        Assert.Empty(_sink.Of(MessageLevel.Verbose));
        _names["lb"] = ["10.0.0.9", "10.0.0.10"];

        for (var i = 0; i < 3; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(5));
            Assert.Equal(["10.0.0.10:9090", "10.0.0.9:9090"], (await pool.DiscoverAsync(Token)).Select(lb => lb.Instance.Name));
        }

        Assert.Contains("10.0.0.10:9090", Assert.Single(_sink.Of(MessageLevel.Verbose)));
        Assert.Contains("10.0.0.8:9090", Assert.Single(_sink.Of(MessageLevel.Warning)));
    }

    private LoadBalancerPool Pool(params string[] addresses)
    {
        var resolver = new HostResolver(host =>
        {
            _asked++;
            return _names.TryGetValue(host, out var ips)
                ? Task.FromResult(ips.Select(IPAddress.Parse).ToArray())
                : throw new SocketException((int)SocketError.HostNotFound);
        });
        return new([.. addresses.Select(a => new DnsSource(new Uri(a), resolver, _sink, _time))], (instance, _) => new Unread(instance), _sink, _time);
    }

    private sealed record Unread(LoadBalancerInstance Instance) : ILoadBalancer
    {
        public Task<LoadBalancerReading> ReadAsync(IReadOnlyCollection<string> backends, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
