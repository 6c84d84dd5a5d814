using BlueGreen.Engine.Deployment;
using BlueGreen.Engine.Deployment.Deciding;
using BlueGreen.Engine.Deployment.Judging;
using BlueGreen.Engine.Deployment.Observing;
using BlueGreen.Engine.Haproxy;
using BlueGreen.Engine.Marathon;
using Newtonsoft.Json.Linq;

namespace BlueGreen.Engine.Tests.Deployment;

/// <summary>What is decided first in states that zdd.py left behind when it was killed, recorded with a marathon-lb before it had taken up the last change.</summary>
public class RecordedStatesTests
{
    [Theory]
    [InlineData("zdd-killing", "Wait for Health", "Wait for Health")]
    [InlineData("zdd-growing-and-killing", "Wait for Health", "Wait for Health")]
    [InlineData("zdd-not-taken-up", "Wait for Convergence", "Wait for Convergence")]
    [InlineData("zdd-roles-turned", "Wait for Drain", "GrowBeside")]
    public void Nothing_is_done_before_the_cluster_has_settled_and_then_the_right_thing(string state, string forward, string back)
    {
        var recorded = JObject.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Deployment", "Recorded", $"{state}.json")));
        ImmutableArray<MarathonApp> apps = [.. recorded["apps"]!.Select(app => MarathonApp.Parse(app.ToString()))];
        var (previous, newest) = (apps.MinBy(app => app.StartedAt, StringComparer.Ordinal)!, apps.MaxBy(app => app.StartedAt, StringComparer.Ordinal)!);

        Assert.Equal((forward, back), (Name(Decide(recorded, apps, previous, newest)), Name(Decide(recorded, apps, newest, previous))));
    }

    private static string Name(Decision decision) => decision is Decision.Wait wait ? $"Wait for {wait.Kind}" : decision.GetType().Name;

    private static Decision Decide(JObject recorded, ImmutableArray<MarathonApp> apps, MarathonApp leaving, MarathonApp staying)
    {
        var at = DateTimeOffset.UnixEpoch;
        var instance = new LoadBalancerInstance("10.0.0.1:9090", new Uri("http://10.0.0.1:9090"));
        var servers = recorded["servers"]!.Children<JProperty>().Select(server => new HaproxyServerStat
        {
            LoadBalancer = instance.Name,
            Backend = "shop_10000",
            Server = server.Name,
            Status = (string)server.Value!,
            State = (string)server.Value! == "MAINT" ? ServerState.Maintenance : ServerState.Serving,
        });
        var reading = new LoadBalancerReading(instance, at, ReadingQuality.Consistent, null, new ProcessSet(3, TimeSpan.FromSeconds(1), [1, 2, 3]), [.. servers]);
        var seen = new Observation(at, at, apps, [reading]);
        return Decider.Decide(new Situation(new Roles("shop", leaving.Id, staying.Id), seen, DrainLedger.Empty.Next(seen), new RolloutPolicy(), new Goal(4)));
    }
}
