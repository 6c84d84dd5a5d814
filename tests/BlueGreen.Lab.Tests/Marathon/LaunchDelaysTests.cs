using System.Text.Json.Nodes;
using BlueGreen.Lab.Marathon;
using BlueGreen.Lab.Marathon.Definitions;
using BlueGreen.Lab.Marathon.Instances;
using BlueGreen.Lab.Marathon.State;
using Microsoft.Extensions.Time.Testing;

namespace BlueGreen.Lab.Tests.Marathon;

public sealed class LaunchDelaysTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Each_failure_makes_the_delay_longer_up_to_its_limit()
    {
        var delays = new LaunchDelays(_time);
        var app = App(backoff: 10, factor: 2, max: 35);

        Assert.Equal([10, 20, 35, 35], Enumerable.Range(0, 4).Select(_ =>
        {
            delays.Increase(app);
            return (delays.NotBefore(app) - _time.GetUtcNow()).TotalSeconds;
        }));
    }

    [Fact]
    public void A_launch_spreads_the_next_one_and_a_reset_frees_it()
    {
        var delays = new LaunchDelays(_time);
        var app = App(backoff: 10, factor: 2, max: 300);
        delays.Increase(app);
        _time.Advance(TimeSpan.FromSeconds(8));

        delays.Advance(app);
        Assert.Equal(10, (delays.NotBefore(app) - _time.GetUtcNow()).TotalSeconds);

        delays.Reset(app);
        Assert.True(delays.NotBefore(app) < _time.GetUtcNow());
    }

    [Fact]
    public void Scaling_keeps_the_delay_and_a_new_configuration_has_none()
    {
        var delays = new LaunchDelays(_time);
        var app = App(backoff: 10, factor: 2, max: 300);
        delays.Increase(app);
        var later = _time.GetUtcNow().AddSeconds(1);

        Assert.Equal(delays.NotBefore(app), delays.NotBefore(app.WithVersionInfo(app.VersionInfo!.Scaled(later))));
        Assert.True(delays.NotBefore(app.WithVersionInfo(VersionInfo.New(later))) < _time.GetUtcNow());
    }

    private AppDefinition App(int backoff, double factor, int max)
    {
        var json = JsonNode.Parse($$"""{"id": "/a", "cmd": "sleep 1", "backoffSeconds": {{backoff}}, "backoffFactor": {{factor}}, "maxLaunchDelaySeconds": {{max}}}""");
        return new AppDefinition(AppNormalizer.Normalize(AppShape.App.Parse(json), PathId.Parse("/a")), VersionInfo.New(_time.GetUtcNow()));
    }
}
