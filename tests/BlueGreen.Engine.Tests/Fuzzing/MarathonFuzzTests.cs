using System.Net;
using System.Text;
using BlueGreen.Engine.Deployment;
using BlueGreen.Engine.Deployment.Acting;
using BlueGreen.Engine.Deployment.Deciding;
using BlueGreen.Engine.Deployment.Judging;
using BlueGreen.Engine.Deployment.Observing;
using BlueGreen.Engine.Haproxy;
using BlueGreen.Engine.Marathon;
using BlueGreen.Engine.Tests.Marathon;
using BlueGreen.Engine.Tests.Session;
using CsCheck;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace BlueGreen.Engine.Tests.Fuzzing;

/// <summary>Answers of Marathon with members of other types, without some, or cut: an error, or a reading by which nothing that serves is killed.</summary>
public class MarathonFuzzTests
{
    /// <summary>The names of the servers of the old colour; both serve, on the only load balancer.</summary>
    private static readonly string[] Servers = ["10_0_0_5_31001", "10_0_0_5_31002", "10_0_0_5_32001", "10_0_0_5_32002"];

    [Fact]
    public void Apps_of_any_shape_are_an_error_or_are_read() => Mutation.Some.Sample(mutations =>
    {
        var apps = Get(mutations.Apply(Apps()).ToString(Formatting.None), m => m.GetAppsAsync(null, CancellationToken.None));
        foreach (var app in apps.IsDefault ? [] : apps) Assert.NotNull(Soundly.Try(() => AppDefinition.FromApp(app)) ?? new AppDefinition([]));
    }, iter: 4000);

    [Fact]
    public void Bodies_that_are_cut_or_garbled_are_an_error_or_are_read() => Mutation.Some.Sample(mutations =>
    {
        var body = mutations.Bytes(Bodies.Apps);
        Get(body, m => m.GetAppsAsync(null, CancellationToken.None));
        Get(body, async m => new List<MarathonApp?> { await m.FindAppAsync("/shop-blue", CancellationToken.None) });
    }, iter: 1500);

    [Fact]
    public void Deployments_queue_and_info_of_any_shape_are_an_error_or_are_read() => Mutation.Some.Sample(mutations =>
    {
        Get(mutations.Apply(JToken.Parse(Bodies.Deployments)).ToString(), m => m.GetDeploymentsAsync(CancellationToken.None));
        Get(mutations.Apply(JToken.Parse(Bodies.Queue)).ToString(), m => m.GetLaunchQueueAsync(CancellationToken.None));
        Get(mutations.Apply(JToken.Parse("""{"name":"marathon","version":"1.11.24","leader":"10.0.0.1:8080"}""")).ToString(), m => m.GetInfoAsync(CancellationToken.None));
    }, iter: 1500);

    [Theory]
    [InlineData(200)]
    [InlineData(201)]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(404)]
    [InlineData(409)]
    [InlineData(422)]
    [InlineData(500)]
    public void What_is_answered_to_a_change_is_an_error_or_is_read(int status)
    {
        var body = JToken.Parse("""{"message":"Object is not valid","details":[{"path":"/instances","errors":["error"]}],"version":"v","deploymentId":"d","deployments":[{"id":"d-7"}]}""");
        Mutation.Some.Sample(
            mutations => Get(Encoding.UTF8.GetBytes(mutations.Apply(body).ToString()), m => m.KillTasksAsync(["a"], true, ChangeOptions.Default with { IsOnce = true }, CancellationToken.None), (HttpStatusCode)status),
            iter: 500);
    }

    [Fact]
    public void However_an_answer_is_broken_no_task_that_serves_is_killed() => Mutation.Some.Sample(mutations =>
    {
        var apps = Get(mutations.Apply(Apps()).ToString(Formatting.None), m => m.GetAppsAsync(null, CancellationToken.None));
        if (!apps.IsDefault) AssertKillsNothing([.. apps.Where(app => app.DeploymentGroup == "shop")]);
    }, iter: 6000);

    [Theory]
    [InlineData("tasks", "null")]
    [InlineData("tasks", "{}")]
    [InlineData("tasks", "[]")]
    [InlineData("tasks", "[null]")]
    [InlineData("healthChecks", "{}")]
    [InlineData("instances", "\"0\"")]
    [InlineData("instances", "-1")]
    [InlineData("deployments", "{}")]
    public void A_member_that_lacks_or_is_of_another_type_has_no_task_killed_that_serves(string member, string value)
    {
        var body = Apps();
        body["apps"]![0]![member] = JToken.Parse(value);

        var apps = Get(body.ToString(), m => m.GetAppsAsync(null, CancellationToken.None));

        if (!apps.IsDefault) AssertKillsNothing(apps);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"apps":{}}""")]
    [InlineData("""{"apps":null}""")]
    [InlineData("""{"apps":[null]}""")]
    [InlineData("""{"message":"all is well"}""")]
    public void An_answer_without_apps_is_not_taken_for_a_cluster_without_any(string body) =>
        Assert.True(Get(body, m => m.GetAppsAsync(null, CancellationToken.None)).IsDefault);

    [Fact]
    public void An_app_that_is_listed_twice_is_not_taken_for_two()
    {
        var body = Apps();
        body["apps"]![1]!["id"] = body["apps"]![0]!["id"];

        Assert.True(Get(body.ToString(), m => m.GetAppsAsync(null, CancellationToken.None)).IsDefault);
    }

    private static void AssertKillsNothing(ImmutableArray<MarathonApp> apps)
    {
        var at = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
        var reading = new LoadBalancerReading(
            new LoadBalancerInstance("lb1", new Uri("http://lb1:9090")), at, ReadingQuality.Consistent, null, new ProcessSet(2, TimeSpan.FromHours(1), [1, 2]) { HasMaster = true },
            [.. Servers.Select(name => new HaproxyServerStat { LoadBalancer = "lb1", Backend = "shop_10000", Server = name, Status = "UP", State = ServerState.Serving })]);
        var seen = new Observation(at, at, apps, [reading]);
        Soundly.Try(() =>
        {
            var course = new Course(new Roles("shop", "/shop-blue", "/shop-green"), new RolloutPolicy(), new Goal(2), Rules.Default).See(seen);
            var decision = course.Decide().Decision;
            if (Act.TasksToKill(decision) is not { } ids) return course;
            var tasks = apps.SelectMany(app => app.Tasks).Where(task => ids.Contains(task.Id));
            Assert.True(KillGate.Refusal(course.Situation, tasks, mayCutSessions: true, at) is not null, $"{decision} would kill what serves");
            return course;
        });
    }

    private static ImmutableArray<T> Get<T>(string body, Func<IMarathon, Task<ImmutableArray<T>>> ask) => Get(Encoding.UTF8.GetBytes(body), ask);

    private static ImmutableArray<T> Get<T>(byte[] body, Func<IMarathon, Task<ImmutableArray<T>>> ask) =>
        Get(body, async marathon => (await ask(marathon)).ToList())?.ToImmutableArray() ?? default;

    private static T? Get<T>(string body, Func<IMarathon, Task<T>> ask)
        where T : class => Get(Encoding.UTF8.GetBytes(body), ask);

    private static T? Get<T>(byte[] body, Func<IMarathon, Task<T>> ask, HttpStatusCode status = HttpStatusCode.OK)
        where T : class
    {
        using var http = new HttpClient(new Answering(body, "application/json", status));
        var client = new MarathonClient(new MarathonHttp(
            http, new EndpointSet([new Uri("http://marathon:8080")]), NoAuthenticator.Instance, MarathonAt.Quick, new RecordingSink(), TimeProvider.System));
        return Soundly.TryAsync(() => ask(client)).GetAwaiter().GetResult();
    }

    /// <summary>Blue has two tasks and is to go; green has two that are healthy.</summary>
    private static JObject Apps() => new() { ["apps"] = new JArray(App("blue", 31000, 10), App("green", 32000, 20)) };

    private static JObject App(string colour, int port, int second) => JObject.Parse($$"""
        {
          "id":"/shop-{{colour}}","cmd":"serve","instances":2,"cpus":0.1,"mem":32,"networks":[{"mode":"host"}],"portDefinitions":[{"port":{{(colour == "blue" ? 10000 : 10001)}},"protocol":"tcp"}],
          "healthChecks":[{"protocol":"HTTP","path":"/health","portIndex":0}],
          "labels":{"HAPROXY_DEPLOYMENT_GROUP":"shop","HAPROXY_DEPLOYMENT_ALT_PORT":"10001","HAPROXY_APP_ID":"shop","HAPROXY_0_PORT":"10000","HAPROXY_DEPLOYMENT_COLOUR":"{{colour}}",
            "HAPROXY_DEPLOYMENT_STARTED_AT":"2026-03-01T10:00:{{second}}.000000","HAPROXY_DEPLOYMENT_TARGET_INSTANCES":"2","HAPROXY_DEPLOYMENT_NEW_INSTANCES":"0"},
          "version":"2026-03-01T10:00:{{second}}.000Z","versionInfo":{"lastScalingAt":"2026-03-01T10:00:{{second}}.000Z","lastConfigChangeAt":"2026-03-01T10:00:{{second}}.000Z"},
          "tasksStaged":0,"tasksRunning":2,"tasksHealthy":2,"tasksUnhealthy":0,"deployments":[],"lastTaskFailure":{"message":"exit 1"},
          "tasks":[{{Task(colour, port + 1)}},{{Task(colour, port + 2)}}]
        }
        """);

    private static string Task(string colour, int port) => $$"""
        {"id":"shop-{{colour}}.instance-{{port}}._app.1","appId":"/shop-{{colour}}","host":"10.0.0.5","ports":[{{port}}],"state":"TASK_RUNNING",
         "ipAddresses":[{"ipAddress":"10.0.0.5","protocol":"IPv4"}],"stagedAt":"2026-03-01T10:00:01.000Z","startedAt":"2026-03-01T10:00:02.000Z","version":"2026-03-01T10:00:00.000Z",
         "healthCheckResults":[{"alive":true,"consecutiveFailures":0,"instanceId":"shop-{{colour}}.instance-{{port}}"}]}
        """;
}
