using BlueGreen.Engine.Haproxy;
using BlueGreen.Engine.Marathon;

namespace BlueGreen.Engine.Tests.Haproxy;

/// <summary>
/// Which servers stand for a task. The table holds what marathon-lb 1.15's own functions (<c>get_service_ports</c>,
/// <c>get_task_ip_and_ports</c>) and its rule for names gave for these apps, where <c>agent-1.example</c> is 10.9.9.9.
/// </summary>
public class TaskServersTests
{
    private const string Plain = """{"id":"t","host":"10.0.0.5","ports":[31001,31002],"ipAddresses":[{"ipAddress":"172.17.0.2"}]}""";
    private const string Named = """{"id":"t","host":"agent-1.example","ports":[31001,31002],"ipAddresses":[{"ipAddress":"172.17.0.2"}]}""";
    private const string Portless = """{"id":"t","host":"10.0.0.5","ports":[],"ipAddresses":[{"ipAddress":"172.17.0.2"}]}""";
    private const string Addressless = """{"id":"t","host":"10.0.0.5","ports":[31001,31002],"ipAddresses":[]}""";

    public static TheoryData<string, string, string, string[]> Cases { get; } = Load(
    [
        [
            "host, ports", Plain,
            """{"ports":[10001,10002]}""",
            new[] { "shop_blue_10001/10_0_0_5_31001", "shop_blue_10002/10_0_0_5_31002" },
        ],
        [
            "host, portDefinitions", Plain,
            """{"portDefinitions":[{"port":10001},{"port":10002}],"networks":[{"mode":"host"}]}""",
            new[] { "shop_blue_10001/10_0_0_5_31001", "shop_blue_10002/10_0_0_5_31002" },
        ],
        [
            "host by name", Named,
            """{"portDefinitions":[{"port":10001}]}""",
            new[] { "shop_blue_10001/agent-1_example_10_9_9_9_31001" },
        ],
        [
            "host, no task ports", Portless,
            """{"portDefinitions":[{"port":10001}]}""",
            new[] { "shop_blue_10001/10_0_0_5_10001" },
        ],
        [
            "host, docker mappings ignored", Plain,
            """{"ports":[10005],"container":{"docker":{"network":"HOST","portMappings":[{"containerPort":80,"servicePort":10001},{"containerPort":81,"servicePort":10002}]}}}""",
            new[] { "shop_blue_10005/10_0_0_5_31001" },
        ],
        [
            "bridge before 1.5", Plain,
            """{"container":{"docker":{"network":"BRIDGE","portMappings":[{"containerPort":80,"servicePort":10001},{"containerPort":81,"servicePort":10002}]}},"ports":[10001,10002]}""",
            new[] { "shop_blue_10001/10_0_0_5_31001", "shop_blue_10002/10_0_0_5_31002" },
        ],
        [
            "bridge 1.5", Plain,
            """{"container":{"portMappings":[{"containerPort":80,"servicePort":10001},{"containerPort":81,"servicePort":10002}]},"networks":[{"mode":"container/bridge"}]}""",
            new[] { "shop_blue_10001/10_0_0_5_31001", "shop_blue_10002/10_0_0_5_31002" },
        ],
        [
            "bridge by name", Named,
            """{"container":{"portMappings":[{"containerPort":80,"servicePort":10001},{"containerPort":81,"servicePort":10002}]},"networks":[{"mode":"container/bridge"}]}""",
            new[] { "shop_blue_10001/agent-1_example_10_9_9_9_31001", "shop_blue_10002/agent-1_example_10_9_9_9_31002" },
        ],
        [
            "bridge, no task ports", Portless,
            """{"container":{"portMappings":[{"containerPort":80,"servicePort":10001},{"containerPort":81,"servicePort":10002}]},"networks":[{"mode":"container/bridge"}]}""",
            new[] { "shop_blue_10001/10_0_0_5_80", "shop_blue_10002/10_0_0_5_81" },
        ],
        [
            "bridge, no task ports, definitions", Portless,
            """{"container":{"docker":{"network":"BRIDGE","portMappings":[{"containerPort":80,"servicePort":10001},{"containerPort":81,"servicePort":10002}]}},"portDefinitions":[{"port":10007}]}""",
            new[] { "shop_blue_10001/10_0_0_5_10007" },
        ],
        [
            "user", Plain,
            """{"container":{"docker":{"network":"USER","portMappings":[{"containerPort":80,"servicePort":10001},{"containerPort":81,"servicePort":10002}]}},"ipAddress":{"networkName":"x"}}""",
            new[] { "shop_blue_10001/10_0_0_5_172_17_0_2_80", "shop_blue_10002/10_0_0_5_172_17_0_2_81" },
        ],
        [
            "container 1.5", Plain,
            """{"container":{"portMappings":[{"containerPort":80,"servicePort":10001},{"containerPort":81,"servicePort":10002}]},"networks":[{"mode":"container","name":"x"}]}""",
            new[] { "shop_blue_10001/10_0_0_5_172_17_0_2_80", "shop_blue_10002/10_0_0_5_172_17_0_2_81" },
        ],
        [
            "container without mode", Plain,
            """{"container":{"portMappings":[{"containerPort":80,"servicePort":10001},{"containerPort":81,"servicePort":10002}]},"networks":[{"name":"x"}]}""",
            new[] { "shop_blue_10001/10_0_0_5_172_17_0_2_80", "shop_blue_10002/10_0_0_5_172_17_0_2_81" },
        ],
        [
            "container by name", Named,
            """{"container":{"portMappings":[{"containerPort":80,"servicePort":10001},{"containerPort":81,"servicePort":10002}]},"networks":[{"mode":"container","name":"x"}]}""",
            new[] { "shop_blue_10001/agent-1_example_172_17_0_2_80", "shop_blue_10002/agent-1_example_172_17_0_2_81" },
        ],
        [
            "container no address", Addressless,
            """{"container":{"portMappings":[{"containerPort":80,"servicePort":10001},{"containerPort":81,"servicePort":10002}]},"networks":[{"mode":"container","name":"x"}]}""",
            Array.Empty<string>(),
        ],
        [
            "ip per task", Plain,
            """{"ipAddress":{"discovery":{"ports":[{"number":80,"name":"http"}]}},"ports":[10001]}""",
            new[] { "shop_blue_10001/10_0_0_5_172_17_0_2_80" },
        ],
        [
            "ip per task, HOST docker", Plain,
            """{"ipAddress":{"discovery":{"ports":[{"number":80}]}},"container":{"docker":{"network":"HOST"}},"ports":[10001]}""",
            new[] { "shop_blue_10001/10_0_0_5_172_17_0_2_80" },
        ],
        [
            "ip per task, no service ports", Plain,
            """{"ipAddress":{"discovery":{"ports":[{"number":80}]}}}""",
            Array.Empty<string>(),
        ],
        [
            "discovery before mappings", Plain,
            """{"ipAddress":{"discovery":{"ports":[{"number":8080}]}},"container":{"docker":{"network":"USER","portMappings":[{"containerPort":80,"servicePort":10001},{"containerPort":81,"servicePort":10002}]}}}""",
            new[] { "shop_blue_10001/10_0_0_5_172_17_0_2_8080" },
        ],
        [
            "empty ipAddress", Plain,
            """{"ipAddress":{},"ports":[10001]}""",
            new[] { "shop_blue_10001/10_0_0_5_31001" },
        ],
        [
            "more task ports", Plain,
            """{"ports":[10001]}""",
            new[] { "shop_blue_10001/10_0_0_5_31001" },
        ],
        [
            "fewer task ports", Plain,
            """{"ports":[10001,10002,10003]}""",
            new[] { "shop_blue_10001/10_0_0_5_31001", "shop_blue_10002/10_0_0_5_31002" },
        ],
        [
            "mapping without service port", Plain,
            """{"container":{"portMappings":[{"containerPort":80},{"containerPort":81,"servicePort":10002}]},"networks":[{"mode":"container/bridge"}]}""",
            new[] { "shop_blue_10002/10_0_0_5_31001" },
        ],
        [
            "mappings without service ports, ports", Plain,
            """{"container":{"docker":{"network":"USER","portMappings":[{"containerPort":80}]}},"ports":[10001]}""",
            new[] { "shop_blue_10001/10_0_0_5_172_17_0_2_80" },
        ],
        [
            "label and group", Plain,
            """{"labels":{"HAPROXY_DEPLOYMENT_GROUP":"shop/web","HAPROXY_0_PORT":"80"},"ports":[10001,10002]}""",
            new[] { "shop_web_80/10_0_0_5_31001", "shop_web_10002/10_0_0_5_31002" },
        ],
    ]);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_way_of_networking_is_read_as_marathon_lb_reads_it(string what, string task, string definition, string[] written)
    {
        var app = App(definition, task);
        // Neighbours of the same backends, alike at one end or the other.
        var noise = written.Select(name => name.Split('/')[0]).Distinct()
            .SelectMany(backend => new[] { $"{backend}/10_0_0_50_31001", $"{backend}/agent-1_example_10_9_9_9_31009", $"{backend}/agent-10_example_10_9_9_9_31001" });
        var servers = new TaskServers(written.Concat(noise).Select(name => Server(name)));

        Assert.True(written.SequenceEqual(servers.Of(app, app.Tasks[0]).Select(s => $"{s.Backend}/{s.Server}")), what);
        Assert.Equal(written.Select(name => name.Split('/')[0]).Distinct(), ServerNames.Backends(app).Take(written.Length));
        if (task != Named) Assert.Equal(written, ServerNames.Of(app, app.Tasks[0]).Select(name => name.ToString()));
    }

    [Fact]
    public void Where_HAProxy_tells_addresses_a_server_with_a_name_of_its_own_is_found()
    {
        var app = App("""{"ports":[10001]}""", Plain);

        var found = Found(app, Server("shop_blue_10001/web-a", "10.0.0.5:31001"), Server("shop_blue_10001/web-b", "10.0.0.5:31002"), Server("other_1/web-a", "10.0.0.5:31001"));

        Assert.Equal(["shop_blue_10001/web-a"], found);
    }

    [Fact]
    public void The_exact_name_goes_before_an_address_and_an_address_before_the_ends_of_a_name()
    {
        var plain = App("""{"ports":[10001]}""", Plain);
        var named = App("""{"ports":[10001]}""", Named);

        Assert.Equal(
            ["shop_blue_10001/10_0_0_5_31001"],
            Found(plain, Server("shop_blue_10001/web-a", "10.0.0.5:31001"), Server("shop_blue_10001/10_0_0_5_31001", "10.0.0.6:31001")));
        Assert.Equal(
            ["shop_blue_10001/web-a"],
            Found(named, Server("shop_blue_10001/agent-1_example_10_9_9_9_31001"), Server("shop_blue_10001/web-a", "172.17.0.2:31001")));
    }

    [Theory]
    [InlineData("agent-1_example_10_9_9_9_31001", true)]
    [InlineData("agent-1_example_10_9_9_31001", false)]
    [InlineData("agent-1_example_10_9_9_900_31001", false)]
    [InlineData("agent-1_example_sub_10_9_9_9_31001", false)]
    [InlineData("agent-1_example_10_9_9_9_131001", false)]
    [InlineData("agent-1_example_31001", false)]
    [InlineData("agent-1_example__31001", false)]
    [InlineData("my-agent-1_example_10_9_9_9_31001", false)]
    public void Between_the_ends_of_a_name_nothing_but_one_address_may_stand(string server, bool found) =>
        Assert.Equal(found, Found(App("""{"ports":[10001]}""", Named), Server($"shop_blue_10001/{server}")).Any());

    [Fact]
    public void A_neighbour_on_the_same_agent_is_not_taken_for_a_task_with_an_address_of_its_own_that_is_not_there_yet()
    {
        var app = App("""{"container":{"portMappings":[{"containerPort":80,"servicePort":10001}]},"networks":[{"mode":"container"}]}""", Named);

        Assert.Empty(Found(app, Server("shop_blue_10001/agent-1_example_172_17_0_3_80", "172.17.0.3:80")));
    }

    [Fact]
    public void On_several_load_balancers_each_ones_server_is_found()
    {
        var app = App("""{"ports":[10001]}""", Named);
        HaproxyServerStat[] servers =
        [
            Server("shop_blue_10001/agent-1_example_10_9_9_9_31001") with { LoadBalancer = "a" },
            Server("shop_blue_10001/agent-1_example_10_9_9_9_31001") with { LoadBalancer = "b" },
        ];

        Assert.Equal(["a", "b"], new TaskServers(servers).Of(app, app.Tasks[0]).Select(s => s.LoadBalancer));
    }

    private static IEnumerable<string> Found(MarathonApp app, params HaproxyServerStat[] servers) =>
        new TaskServers(servers).Of(app, app.Tasks[0]).Select(s => $"{s.Backend}/{s.Server}");

    private static MarathonApp App(string definition, string task) =>
        MarathonApp.Parse(definition.Insert(1, $"\"id\":\"/shop/blue\",\"tasks\":[{task}],"));

    private static HaproxyServerStat Server(string name, string? address = null) => new()
    {
        LoadBalancer = "lb", Backend = name.Split('/')[0], Server = name.Split('/')[1], Status = "UP", State = ServerState.Serving, Address = address,
    };

    private static TheoryData<string, string, string, string[]> Load(object[][] rows)
    {
        var data = new TheoryData<string, string, string, string[]>();
        foreach (var row in rows) data.Add((string)row[0], (string)row[1], (string)row[2], (string[])row[3]);
        return data;
    }
}
