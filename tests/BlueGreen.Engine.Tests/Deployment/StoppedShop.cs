using BlueGreen.Engine.Deployment;
using BlueGreen.Engine.Deployment.Acting;
using BlueGreen.Engine.Deployment.Deciding;
using BlueGreen.Engine.Deployment.Judging;
using BlueGreen.Engine.Deployment.Observing;
using BlueGreen.Engine.Haproxy;
using BlueGreen.Engine.Marathon;
using Newtonsoft.Json.Linq;

namespace BlueGreen.Engine.Tests.Deployment;

/// <summary>
/// A way back to blue, whose two tasks serve again by marathon-lb's rule since blue was scaled last; green's two are out of the pools. How
/// HAProxy sees the servers, each test says.
/// </summary>
internal sealed class StoppedShop
{
    public const string First = "10_0_6_25_31000";
    public const string Second = "10_0_6_25_31001";

    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly Roles Roles = new("shop", "/shop-green", "/shop-blue");

    private readonly Dictionary<(string LoadBalancer, string Server), (string Status, int Sessions)> _servers = [];
    private readonly Dictionary<string, SocketReading> _sockets = [];
    private readonly HashSet<string> _unreadable = [];
    private readonly ImmutableArray<MarathonApp> _apps;

    public StoppedShop(bool isBlueHealthy = true, bool blueWasScaledLast = true, RolloutPolicy? policy = null)
    {
        _apps = [App("blue", 31000, isBlueHealthy, blueWasScaledLast ? 20 : 10), App("green", 32000, isHealthy: true, 15)];
        Course = new Course(Roles, policy ?? new RolloutPolicy(), new Goal(2), Rules.Default);
        foreach (var loadBalancer in new[] { "lb1", "lb2" })
        {
            foreach (var blue in new[] { First, Second }) Shows(loadBalancer, blue, "no check");
            foreach (var green in new[] { "10_0_6_25_32000", "10_0_6_25_32001" }) Shows(loadBalancer, green, "MAINT");
        }
    }

    public Course Course { get; private set; }

    /// <summary>The HAProxy processes that both load balancers name: a master, the one that serves, and more.</summary>
    public ImmutableSortedSet<int> Processes { get; set; } = [1, 2];

    public StoppedShop Shows(string loadBalancer, string server, string status, int sessions = 0)
    {
        _servers[(loadBalancer, server)] = (status, sessions);
        return this;
    }

    public StoppedShop HasSocket(string loadBalancer, string? problem = null)
    {
        _sockets[loadBalancer] = new SocketReading { CanSetServers = problem is null, Problem = problem };
        return this;
    }

    /// <summary>The session has a socket of which it is not known yet whether it is this load balancer's.</summary>
    public StoppedShop AwaitsSocket(string loadBalancer)
    {
        _sockets[loadBalancer] = new SocketReading { IsAwaited = true };
        return this;
    }

    public StoppedShop IsUnreadable(string loadBalancer)
    {
        _unreadable.Add(loadBalancer);
        return this;
    }

    /// <summary>Looks, and decides.</summary>
    /// <param name="seconds">When.</param>
    public Decision Decide(double seconds = 0)
    {
        var at = Start.AddSeconds(seconds);
        (Course, var decision) = Course.See(new Observation(at, at, _apps, [Read("lb1", at), Read("lb2", at)])).Decide();
        return decision;
    }

    /// <summary>The act is asked for, and no answer comes.</summary>
    public void Begins(Decision act) => Course = Course.Begin(act);

    /// <summary>The act is carried out, as far as the run knows.</summary>
    public void Acts(Decision act) =>
        Course = Course.Begin(act).End(act, new ActOutcome.Acted([]), Course.Situation.Seen.At);

    private LoadBalancerReading Read(string name, DateTimeOffset at)
    {
        var instance = new LoadBalancerInstance(name, new Uri($"http://{name}:9090"));
        return _unreadable.Contains(name)
            ? new LoadBalancerReading(instance, at, ReadingQuality.Unreachable, "no answer", null, [])
            : new LoadBalancerReading(
                instance, at, ReadingQuality.Consistent, null, new ProcessSet(2, TimeSpan.FromMinutes(1), Processes) { HasMaster = true },
                [.. _servers.Where(s => s.Key.LoadBalancer == name).Select(s => Stat(s.Key.LoadBalancer, s.Key.Server, s.Value.Status, s.Value.Sessions))])
            {
                Sockets = _sockets.GetValueOrDefault(name, SocketReading.None),
            };
    }

    private static HaproxyServerStat Stat(string loadBalancer, string server, string status, int sessions) => new()
    {
        LoadBalancer = loadBalancer, Backend = "shop_10000", Server = server, Status = status, State = StatusWords.Read(status),
        IsStopped = status == "DOWN", CurrentSessions = sessions,
    };

    private static MarathonApp App(string colour, int port, bool isHealthy, int scaledAt) => MarathonApp.Parse(new JObject
    {
        ["id"] = $"/shop-{colour}",
        ["instances"] = 2,
        ["portDefinitions"] = new JArray(new JObject { ["port"] = colour == "blue" ? 10000 : 10001 }),
        ["healthChecks"] = new JArray(new JObject { ["protocol"] = "COMMAND" }),
        ["versionInfo"] = new JObject { ["lastScalingAt"] = $"2026-01-01T00:00:{scaledAt}.000Z" },
        ["labels"] = new JObject
        {
            [DeploymentLabels.Group] = "shop",
            [DeploymentLabels.Port0] = "10000",
            [DeploymentLabels.Colour] = colour,
            [DeploymentLabels.StartedAt] = colour == "blue" ? "2025-12-01T00:00:00.000000" : "2025-12-02T00:00:00.000000",
            [DeploymentLabels.TargetInstances] = "2",
            [DeploymentLabels.NewInstances] = "0",
        },
        ["tasks"] = new JArray(Enumerable.Range(0, 2).Select(i => new JObject
        {
            ["id"] = $"{colour}.{i}", ["appId"] = $"/shop-{colour}", ["host"] = "10.0.6.25", ["ports"] = new JArray(port + i), ["state"] = "TASK_RUNNING",
            ["healthCheckResults"] = new JArray(new JObject { ["alive"] = isHealthy }),
        })),
    }.ToString());
}
