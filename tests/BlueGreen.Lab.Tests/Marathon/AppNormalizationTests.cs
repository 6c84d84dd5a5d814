using System.Text.Json.Nodes;
using BlueGreen.Lab.Marathon;
using BlueGreen.Lab.Marathon.Definitions;
using BlueGreen.Lab.Tests.Support;

namespace BlueGreen.Lab.Tests.Marathon;

public sealed class AppNormalizationTests
{
    [Fact]
    public void Defaults_are_those_of_Marathon()
    {
        var app = Normalize("""{"id": "/a", "cmd": "sleep 1"}""");

        Assert.Equal(1, app.Int("instances"));
        Assert.Equal(1.0, app.Double("cpus"));
        Assert.Equal(128.0, app.Double("mem"));
        Assert.Equal(1, app.Int("backoffSeconds"));
        Assert.Equal(1.15, app.Double("backoffFactor"));
        Assert.Equal(300, app.Int("maxLaunchDelaySeconds"));
        Assert.Equal("YOUNGEST_FIRST", app.Text("killSelection"));
        Equal("""[{"mode":"host"}]""", app["networks"]);
        Equal("""[{"port":0,"protocol":"tcp","name":"default"}]""", app["portDefinitions"]);
        Equal("""{"maximumOverCapacity":1,"minimumHealthCapacity":1}""", app["upgradeStrategy"]);
        Equal("""{"inactiveAfterSeconds":0,"expungeAfterSeconds":0}""", app["unreachableStrategy"]);
        Equal("{}", app["labels"]);
    }

    [Theory]
    [InlineData("env", "{}")]
    [InlineData("args", "[]")]
    [InlineData("fetch", "[]")]
    [InlineData("constraints", "[]")]
    [InlineData("healthChecks", "[]")]
    [InlineData("dependencies", "[]")]
    public void An_empty_member_that_Marathon_omits_is_omitted(string member, string value) =>
        Assert.Null(Normalize($$"""{"id": "/a", "cmd": "sleep 1", "{{member}}": {{value}}}""")[member]);

    [Fact]
    public void The_guides_app_becomes_bridged_and_its_misplaced_health_checks_are_gone()
    {
        var app = AppNormalizer.Normalize(AppShape.App.Parse(Apps.OfTheGuide("/myapp")), PathId.Parse("/myapp"));

        Equal("""[{"mode":"container/bridge"}]""", app["networks"]);
        Equal("""[{"containerPort":8080,"hostPort":0,"labels":{},"protocol":"tcp","servicePort":0}]""", app["container"]!["portMappings"]);
        Assert.Null(app["healthChecks"]);
        Assert.Null(app["portDefinitions"]);
        Assert.Equal(["forcePullImage", "image", "parameters", "privileged"], app["container"]!["docker"]!.AsObject().Select(m => m.Key).Order());
    }

    [Fact]
    public void Ports_become_port_definitions()
    {
        var app = Normalize("""{"id": "/a", "cmd": "sleep 1", "ports": [8080, 0]}""");

        Equal("""[{"port":8080,"protocol":"tcp"},{"port":0,"protocol":"tcp"}]""", app["portDefinitions"]);
        Assert.Null(app["ports"]);
    }

    [Fact]
    public void Uris_become_artifacts_and_archives_are_extracted()
    {
        var app = Normalize("""{"id": "/a", "cmd": "sleep 1", "uris": ["http://x/a.tgz", "http://x/b"]}""");

        Equal("""
            [{"uri":"http://x/a.tgz","extract":true,"executable":false,"cache":false},
             {"uri":"http://x/b","extract":false,"executable":false,"cache":false}]
            """, app["fetch"]);
        Assert.Null(app["uris"]);
    }

    [Theory]
    [InlineData("HOST", "host")]
    [InlineData("BRIDGE", "container/bridge")]
    [InlineData("USER", "container")]
    public void The_docker_network_becomes_a_network(string dockerNetwork, string mode)
    {
        var app = Normalize($$"""
            {"id": "/a", "cmd": "sleep 1", "container": {"type": "DOCKER", "docker": {"image": "x", "network": "{{dockerNetwork}}" } } }
            """);

        Assert.Equal(mode, app["networks"]![0].Text("mode"));
        Assert.Equal(mode == "container" ? "dcos" : null, app["networks"]![0].Text("name"));
        Assert.Null(app["container"]!["docker"]!["network"]);
        Assert.Equal(mode != "host", app["container"]!["portMappings"] is not null);
    }

    [Fact]
    public void An_ip_address_becomes_a_container_network_with_its_discovery_ports()
    {
        var app = Normalize("""
            {"id": "/a", "cmd": "sleep 1", "ipAddress": {"networkName": "blue", "discovery": {"ports": [{"number": 80, "name": "http"}]}}}
            """);

        Equal("""[{"mode":"container","name":"blue"}]""", app["networks"]);
        Equal("""[{"containerPort":80,"labels":{},"name":"http","protocol":"tcp","servicePort":0}]""", app["container"]!["portMappings"]);
    }

    [Fact]
    public void A_network_without_a_container_brings_an_empty_one_with_the_default_port()
    {
        var app = Normalize("""{"id": "/a", "cmd": "sleep 1", "networks": [{"mode": "container/bridge"}]}""");

        Assert.Equal("MESOS", app["container"].Text("type"));
        Equal("""[{"containerPort":0,"labels":{},"protocol":"tcp","servicePort":0,"name":"default","hostPort":0}]""", app["container"]!["portMappings"]);
    }

    [Fact]
    public void A_health_check_without_a_port_looks_at_the_first()
    {
        var app = Normalize("""
            {"id": "/a", "cmd": "sleep 1", "healthChecks": [{"protocol": "HTTP"}, {"protocol": "COMMAND", "command": {"value": "true"}}]}
            """);

        Assert.Equal(0, app["healthChecks"]![0].Int("portIndex"));
        Assert.Null(app["healthChecks"]![1]!["portIndex"]);
        Assert.Equal(300, app["healthChecks"]![0].Int("gracePeriodSeconds"));
    }

    [Fact]
    public void Members_that_only_tell_of_the_state_are_dropped()
    {
        var app = Normalize("""
            {"id": "/a", "cmd": "sleep 1", "tasksRunning": 3, "tasks": [], "deployments": [], "versionInfo": {}, "fancy": true, "user": null}
            """);

        foreach (var member in new[] { "tasksRunning", "tasks", "deployments", "versionInfo", "fancy", "user" }) Assert.Null(app[member]);
    }

    [Theory]
    [InlineData("""{"cmd": "sleep 1"}""", "/id", "error.path.missing")]
    [InlineData("""{"id": 1, "cmd": "sleep 1"}""", "/id", "error.expected.jsstring")]
    [InlineData("""{"id": "/a", "cmd": "sleep 1", "instances": -1}""", "/instances", "error.min")]
    [InlineData("""{"id": "/a", "cmd": "sleep 1", "labels": {"x": 1}}""", "/labels/x", "error.expected.jsstring")]
    [InlineData("""{"id": "/a", "cmd": "sleep 1", "healthChecks": [{"portIndex": "x"}]}""", "/healthChecks(0)/portIndex", "error.expected.jsnumber")]
    [InlineData("""{"id": "/a", "cmd": "sleep 1", "container": {"docker": {}}}""", "/container/docker/image", "error.path.missing")]
    public void A_value_of_the_wrong_shape_is_named(string json, string path, string error)
    {
        var refusal = Assert.Throws<ApiException>(() => Normalize(json));

        Assert.Equal(422, refusal.Status);
        Assert.Equal("Invalid JSON", refusal.Body.Text("message"));
        Equal($$"""[{"path":"{{path}}","errors":["{{error}}"]}]""", refusal.Body["details"]);
    }

    [Theory]
    [InlineData("""{"id": "/A", "cmd": "sleep 1"}""", "/id", "must fully match regular expression")]
    [InlineData("""{"id": "/a"}""", "/", "AppDefinition must either contain one of 'cmd' or 'args', and/or a 'container'.")]
    [InlineData("""{"id": "/a", "cmd": "sleep 1", "args": ["x"]}""", "/", "AppDefinition must either contain")]
    [InlineData("""{"id": "/a", "cmd": "sleep 1", "ports": [1, 1]}""", "/", "ports must be unique")]
    [InlineData("""{"id": "/a", "cmd": "sleep 1", "ports": [1], "portDefinitions": [{"port": 2}]}""", "/", "cannot specify both ports and port definitions")]
    [InlineData("""{"id": "/a", "cmd": "sleep 1", "healthChecks": [{"portIndex": 1}]}""", "/healthChecks(0)", "Health check port indices")]
    [InlineData("""{"id": "/a", "cmd": "sleep 1", "readinessChecks": [{}]}""", "/readinessChecks(0)/portName", "No port definition reference for portName http-api")]
    [InlineData("""{"id": "/a", "cmd": "sleep 1", "networks": [{"mode": "host"}, {"mode": "container"}]}""", "/networks", "May specify a single host network")]
    [InlineData("""{"id": "/a", "cmd": "sleep 1", "instances": 2, "labels": {"MARATHON_SINGLE_INSTANCE_APP": "true"}}""", "/", "Single instance app may only have one instance")]
    public void A_broken_rule_is_named(string json, string path, string error)
    {
        var refusal = Assert.Throws<ApiException>(() => Normalize(json));

        Assert.Equal(422, refusal.Status);
        Assert.Equal("Object is not valid", refusal.Body.Text("message"));
        Assert.Equal(path, refusal.Body["details"]![0].Text("path"));
        Assert.StartsWith(error, refusal.Body["details"]![0]!["errors"]![0]!.GetValue<string>());
    }

    [Fact]
    public void An_update_changes_what_it_names_and_nothing_else()
    {
        var app = Normalize("""{"id": "/a", "cmd": "sleep 1", "env": {"A": "1"}, "labels": {"x": "y"}, "mem": 64}""");

        var merged = AppNormalizer.Merge(app, AppShape.Update.Parse(JsonNode.Parse("""{"env": {"B": "2"}, "cpus": 0.5}""")), PathId.Parse("/a"));

        Equal("""{"B":"2"}""", merged["env"]);
        Assert.Equal(0.5, merged.Double("cpus"));
        app.Remove("env");
        app.Remove("cpus");
        merged.Remove("env");
        merged.Remove("cpus");
        Assert.True(JsonNode.DeepEquals(app, merged));
    }

    private static JsonObject Normalize(string json)
    {
        var app = AppShape.App.Parse(JsonNode.Parse(json));
        return AppNormalizer.Normalize(app, PathId.Parse(app.Text("id")!));
    }

    private static void Equal(string json, JsonNode? actual) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(json), actual), $"expected {json}, got {actual?.ToJsonString()}");
}
