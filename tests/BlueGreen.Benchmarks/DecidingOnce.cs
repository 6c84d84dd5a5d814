using System.Globalization;
using BenchmarkDotNet.Attributes;
using BlueGreen.Engine.Deployment;
using BlueGreen.Engine.Deployment.Deciding;
using BlueGreen.Engine.Deployment.Judging;
using BlueGreen.Engine.Deployment.Observing;
using BlueGreen.Engine.Haproxy;
using BlueGreen.Engine.Marathon;

namespace BlueGreen.Benchmarks;

/// <summary>One round of the loop without the network: fold what was seen into the ledger, and decide.</summary>
[MemoryDiagnoser]
public class DecidingOnce
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private Observation _seen = null!;

    /// <summary>Instances of each colour.</summary>
    [Params(10, 200)]
    public int Instances { get; set; }

    [Params(2, 5)]
    public int LoadBalancers { get; set; }

    [GlobalSetup]
    public void Look()
    {
        var apps = ImmutableArray.Create(App("blue", 10000, 31000), App("green", 10001, 41000));
        _seen = new Observation(Now, Now, apps, [.. Enumerable.Range(1, LoadBalancers).Select(n => Read(n, apps))]);
    }

    [Benchmark]
    public object FoldAndDecide()
    {
        var ledger = DrainLedger.Empty.Next(_seen);
        return Decider.Decide(new Situation(new Roles("shop", "/shop-blue", "/shop-green"), _seen, ledger, new RolloutPolicy(), new Goal(Instances)));
    }

    private MarathonApp App(string colour, int servicePort, int firstPort)
    {
        var tasks = string.Join(",", Enumerable.Range(0, Instances).Select(i => string.Create(
            CultureInfo.InvariantCulture,
            $$"""{ "id": "{{colour}}.{{i:D4}}", "host": "10.0.6.25", "ports": [{{firstPort + i}}], "state": "TASK_RUNNING", "healthCheckResults": [{ "alive": true }] }""")));
        return MarathonApp.Parse(
            $$"""
            { "id": "/shop-{{colour}}", "instances": {{Instances}}, "portDefinitions": [{ "port": {{servicePort}} }], "healthChecks": [{ "protocol": "HTTP" }],
              "versionInfo": { "lastScalingAt": "2026-01-01T00:00:0{{(colour == "green" ? 1 : 0)}}Z" },
              "labels": { "HAPROXY_DEPLOYMENT_GROUP": "shop", "HAPROXY_0_PORT": "10000", "HAPROXY_DEPLOYMENT_NEW_INSTANCES": "0",
                          "HAPROXY_DEPLOYMENT_TARGET_INSTANCES": "{{Instances}}", "HAPROXY_DEPLOYMENT_STARTED_AT": "2026-01-01T00:00:0{{(colour == "green" ? 1 : 0)}}" },
              "tasks": [{{tasks}}] }
            """);
    }

    private static LoadBalancerReading Read(int number, ImmutableArray<MarathonApp> apps)
    {
        var instance = new LoadBalancerInstance($"10.0.0.{number}:9090", new Uri($"http://10.0.0.{number}:9090"));
        var servers = apps.SelectMany(app => app.Tasks.SelectMany(task => ServerNames.Of(app, task).Select(name => new HaproxyServerStat
        {
            LoadBalancer = instance.Name,
            Backend = name.Backend,
            Server = name.Server,
            Status = app.Id == "/shop-blue" ? "MAINT" : "UP",
            State = app.Id == "/shop-blue" ? ServerState.Maintenance : ServerState.Serving,
        })));
        return new LoadBalancerReading(instance, Now, ReadingQuality.Consistent, null, new ProcessSet(12, TimeSpan.FromMinutes(1), [10, 12]), [.. servers]);
    }
}
