using System.Text.Json.Nodes;
using BlueGreen.Lab.LoadBalancer.Model;
using BlueGreen.Lab.LoadBalancer.Services;

namespace BlueGreen.Lab.Tests.LoadBalancer;

public class ServiceRulesTests
{
    private static JsonArray Mappings(params int[] servicePorts) => new([.. servicePorts.Select((port, i) => new JsonObject
    {
        ["containerPort"] = 8080 + i,
        ["hostPort"] = 0,
        ["servicePort"] = port,
    })]);

    /// <summary>Each form in which an app can name its ports, and the backend that follows.</summary>
    public static TheoryData<string, string, string> Networks => new()
    {
        { "host, portDefinitions", """{"networks":[{"mode":"host"}],"portDefinitions":[{"port":10000}]}""", "10000 -> 10.0.0.1:31000" },
        { "host, ports of old", """{"networks":null,"portDefinitions":null,"ports":[10000]}""", "10000 -> 10.0.0.1:31000" },
        { "bridge, container.portMappings", """{"networks":[{"mode":"container/bridge"}],"container":{"portMappings":[{"containerPort":8080,"servicePort":10002}]}}""", "10002 -> 10.0.0.1:31000" },
        { "bridge, docker.portMappings", """{"networks":null,"portDefinitions":null,"container":{"docker":{"network":"BRIDGE","portMappings":[{"containerPort":8080,"servicePort":10003}]}}}""", "10003 -> 10.0.0.1:31000" },
        { "container network", """{"networks":[{"mode":"container","name":"dcos"}],"container":{"portMappings":[{"containerPort":8080,"servicePort":10004}]}}""", "10004 -> 172.17.0.5:8080" },
        { "user network of old", """{"networks":null,"portDefinitions":null,"container":{"docker":{"network":"USER","portMappings":[{"containerPort":8081,"servicePort":10005}]}}}""", "10005 -> 172.17.0.5:8081" },
        { "ip per task, port assigned", """{"networks":null,"portDefinitions":null,"ipAddress":{"discovery":{"ports":[{"number":80}]}}}""", "10098 -> 172.17.0.5:80" },
    };

    [Theory]
    [MemberData(nameof(Networks))]
    public void Service_port_and_task_address_follow_from_the_network(string network, string members, string expected)
    {
        var app = Apps.Host("/app", 10000, Apps.Task("app.1", 31000, host: "agent1"));
        foreach (var (name, value) in JsonNode.Parse(members)!.AsObject())
            app[name] = value?.DeepClone();

        var service = Assert.Single(Rules.Services(app));
        var backend = Assert.Single(service.Backends);
        Assert.True(expected == $"{service.Port} -> {backend.Ip}:{backend.Port}", $"{network}: {service.Port} -> {backend.Ip}:{backend.Port}");
    }

    [Theory]
    [InlineData("TASK_RUNNING", true)]
    [InlineData("TASK_LOST", true)]
    [InlineData("TASK_UNREACHABLE", true)]
    [InlineData("TASK_STAGING", false)]
    [InlineData("TASK_STARTING", false)]
    [InlineData("TASK_KILLING", false)]
    [InlineData("TASK_KILLED", false)]
    [InlineData("TASK_FAILED", false)]
    [InlineData("TASK_GONE", false)]
    [InlineData("TASK_UNKNOWN", false)]
    public void Only_some_task_states_get_traffic(string state, bool served) =>
        Assert.Equal(served, Rules.Services(Apps.Host("/app", 10000, Apps.Task("app.1", 31000, state: state))).Length == 1);

    [Fact]
    public void A_task_whose_host_has_no_address_is_left_out() =>
        Assert.Empty(Rules.Services(Apps.Host("/app", 10000, Apps.Task("app.1", 31000, host: "unknown"))));

    [Fact]
    public void The_health_check_flag_admits_alive_tasks_and_remembers_them_when_results_are_missing()
    {
        var builder = Rules.Builder(healthCheck: true);
        JsonObject App(bool? first, bool? second) =>
            Apps.Host("/app", 10000, Apps.Task("app.1", 31001, first), Apps.Task("app.2", 31002, second)).HttpCheck();
        int[] Ports(bool? first, bool? second) =>
            [.. builder.Build(AppListReader.Read(Apps.List(App(first, second)))).SelectMany(s => s.Backends).Select(b => b.Port)];

        Assert.Empty(Ports(null, null));
        Assert.Equal([31001], Ports(true, false));
        Assert.Equal([31001], Ports(null, null));
        Assert.Equal([31002], Ports(false, true));
    }

    [Fact]
    public void The_least_recently_used_health_result_is_forgotten_first()
    {
        var cache = new HealthResultCache(capacity: 2);
        cache.Remember("a", true);
        cache.Remember("b", true);
        Assert.True(cache.WasAlive("a"));
        cache.Remember("c", true);

        Assert.True(cache.WasAlive("a"));
        Assert.False(cache.WasAlive("b"));
    }

    [Fact]
    public void An_app_with_fewer_task_ports_than_service_ports_serves_those_that_match()
    {
        var app = Apps.Host("/app", 10000, Apps.Task("app.1", 31000)).With(a => a["portDefinitions"] = new JsonArray(
            new JsonObject { ["port"] = 10000 }, new JsonObject { ["port"] = 10001 }));

        Assert.Equal([10000], Rules.Services(app).Select(service => service.Port));
    }

    [Fact]
    public void A_port_mapping_without_service_port_shifts_the_ones_after_it()
    {
        var mappings = Mappings(0, 10001);
        mappings[0]!.AsObject().Remove("servicePort");
        var app = Apps.Host("/app", 10000, Apps.Task("app.1", 31000)).With(a =>
        {
            a["networks"] = new JsonArray(new JsonObject { ["mode"] = "container/bridge" });
            a["container"] = new JsonObject { ["portMappings"] = mappings };
        });

        var service = Assert.Single(Rules.Services(app));
        Assert.Equal((10001, 31000), (service.Port, service.Backends[0].Port));
    }

    [Theory]
    [InlineData("HTTP", null, null, "http")]
    [InlineData("TCP", null, null, "tcp")]
    [InlineData("HTTP", "HAPROXY_0_MODE", "tcp", "tcp")]
    [InlineData("TCP", "HAPROXY_0_VHOST", "www.example.com", "http")]
    [InlineData("MESOS_HTTP", null, null, "tcp")]
    public void Mode_follows_from_check_label_and_virtual_host(string protocol, string? label, string? value, string mode)
    {
        var app = Apps.Host("/app", 10000, Apps.Task("app.1", 31000)).Check(protocol);
        if (label is not null)
            app.Label(label, value!);

        Assert.Equal(mode, Assert.Single(Rules.Services(app)).EffectiveMode);
    }

    [Fact]
    public void Strict_mode_serves_only_what_is_enabled_by_label()
    {
        var apps = AppListReader.Read(Apps.List(
            Apps.Host("/off", 10000, Apps.Task("off.1", 31000)),
            Apps.Host("/on", 10001, Apps.Task("on.1", 31001)).Label("HAPROXY_0_ENABLED", "true")));

        Assert.Equal(["/on"], Rules.Builder(strictMode: true).Build(apps).Where(service => service.Enabled).Select(service => service.AppId));
    }

    [Fact]
    public void A_path_weighs_1_unless_a_weight_is_set()
    {
        var app = Apps.Host("/app", 10000, Apps.Task("app.1", 31000)).Label("HAPROXY_0_PATH", "/a");

        Assert.Equal(1, Rules.Services(app)[0].BackendWeight);
        Assert.Equal(-2, Rules.Services(app.Label("HAPROXY_0_BACKEND_WEIGHT", "-2"))[0].BackendWeight);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("""{"message":"no leader"}""")]
    [InlineData("""{"apps":[{"id":"/a","tasks":[]}]}""")]
    [InlineData("""{"apps":[{"id":"/a","labels":{},"tasks":[],"instances":"many"}]}""")]
    public void What_is_no_app_list_is_refused(string json) => Assert.Throws<AppListException>(() => AppListReader.Read(json));
}
