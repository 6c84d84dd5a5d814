using BlueGreen.Engine.Haproxy;
using BlueGreen.Engine.Tests.Session;
using Microsoft.Extensions.Time.Testing;

namespace BlueGreen.Engine.Tests.Haproxy;

public class OutageTellerTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly RecordingSink _sink = new();
    private readonly OutageTeller _teller;

    public OutageTellerTests() => _teller = new OutageTeller(new LoadBalancerInstance("10.0.0.9:9090", new Uri("http://10.0.0.9:9090")), _sink, _time);

    [Fact]
    public void An_instance_that_stays_away_is_told_once_and_so_is_its_return()
    {
        for (var i = 0; i < 20; i++) LookAndWait("it gave no answer");
        LookAndWait(null);
        LookAndWait(null);

        Assert.Equal("Load balancer 10.0.0.9:9090 has been away for 5 s: it gave no answer. It is waited for.", Assert.Single(_sink.Of(MessageLevel.Warning)));
        Assert.Equal("Load balancer 10.0.0.9:9090 answers again.", Assert.Single(_sink.Of(MessageLevel.Verbose)));
    }

    [Fact]
    public void A_moments_absence_is_not_worth_a_word()
    {
        for (var i = 0; i < 20; i++) LookAndWait(i % 4 == 3 ? null : "it gave no answer");

        Assert.Empty(_sink.Of(MessageLevel.Warning).Concat(_sink.Of(MessageLevel.Verbose)));
    }

    private void LookAndWait(string? problem)
    {
        _teller.Saw(problem, _time.GetTimestamp());
        _time.Advance(TimeSpan.FromSeconds(1));
    }
}
