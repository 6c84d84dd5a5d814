using BlueGreen.Engine.Marathon;
using BlueGreen.Engine.Preflight;
using Newtonsoft.Json.Linq;

namespace BlueGreen.Engine.Tests.Preflight;

public sealed class AppPreflightTests
{
    private static readonly AppDefinition Sound = AppDefinition.Parse(
        """
        {
          "id": "/shop", "cmd": "serve", "instances": 4,
          "portDefinitions": [{ "port": 10000 }],
          "healthChecks": [{ "protocol": "HTTP", "path": "/", "portIndex": 0 }],
          "labels": { "HAPROXY_GROUP": "external", "HAPROXY_DEPLOYMENT_GROUP": "shop", "HAPROXY_DEPLOYMENT_ALT_PORT": "10001" }
        }
        """, "shop.json");

    [Fact]
    public void A_sound_definition_has_no_finding() => Assert.Empty(AppPreflight.Check(Sound));

    [Theory]
    [InlineData("id", null, "NoId")]
    [InlineData("id", "/Shop_1", "InvalidId")]
    [InlineData("instances", 0, "NoInstances")]
    [InlineData("healthChecks", null, "NoHealthChecks")]
    [InlineData("healthChecks[0].portIndex", 1, "HealthCheckWithoutPort")]
    [InlineData("portDefinitions", null, "NoPort", "HealthCheckWithoutPort")]
    [InlineData("portDefinitions[0].port", 0, "NoServicePort")]
    [InlineData("labels.HAPROXY_DEPLOYMENT_ALT_PORT", null, "NoAlternatePort")]
    [InlineData("labels.HAPROXY_DEPLOYMENT_ALT_PORT", "many", "InvalidAlternatePort")]
    [InlineData("labels.HAPROXY_DEPLOYMENT_ALT_PORT", "10000", "AlternatePortInUse")]
    [InlineData("portDefinitions[1].port", 10002, "TooFewAlternatePorts")]
    [InlineData("labels.HAPROXY_DEPLOYMENT_GROUP", null, "NoDeploymentGroup")]
    [InlineData("container.portMappings[0].containerPort", 80, "PortMappingsWithoutNetwork")]
    [InlineData("labels.HAPROXY_0_PORT", "http", "InvalidPortLabel")]
    [InlineData("labels.HAPROXY_0_MODE", "udp", "InvalidModeLabel")]
    [InlineData("labels.HAPROXY_0_ENABLED", "False", "DisabledInLoadBalancer")]
    public void What_would_lose_requests_or_fail_is_an_error(string path, object? value, params string[] expected)
    {
        var findings = Check(path, value);
        Assert.Equal(expected.Order(), findings.Select(f => f.Id).Order());
        Assert.All(findings, f => Assert.Equal(PreflightSeverity.Error, f.Severity));
        Assert.False(AppPreflight.Passes(findings));
    }

    [Theory]
    [InlineData("container.docker.healthChecks", "MisplacedHealthChecks")]
    [InlineData("container.labels", "MisplacedMember")]
    [InlineData("requirePorts", "FixedHostPorts")]
    [InlineData("ports", "AmbiguousMembers")]
    [InlineData("labels.HAPROXY_GROUP", "NoLoadBalancerGroup")]
    [InlineData("labels.HAPROXY_DEPLOYMENT_GROUP", "SlashInGroup")]
    [InlineData("labels.HAPROXY_1_VHOST", "LabelForMissingPort")]
    [InlineData("healthChecks[0].protocol", "NoLoadBalancerCheck", "TcpMode")]
    public void What_works_otherwise_than_it_looks_is_a_warning(string path, params string[] expected)
    {
        object? value = path switch
        {
            "requirePorts" => true,
            "ports" => new[] { 10000 },
            "labels.HAPROXY_GROUP" => null,
            "labels.HAPROXY_DEPLOYMENT_GROUP" => "shop/web",
            "healthChecks[0].protocol" => "COMMAND",
            "container.docker.healthChecks" => new object[] { new Dictionary<string, object> { ["protocol"] = "HTTP" } },
            "container.labels" => new Dictionary<string, object> { ["a"] = "b" },
            _ => "x",
        };
        var findings = Check(path, value);
        Assert.Equal(expected, findings.Select(f => f.Id));
        Assert.All(findings, f => Assert.Equal(PreflightSeverity.Warning, f.Severity));
        Assert.True(AppPreflight.Passes(findings));
    }

    [Theory]
    [InlineData("HAPROXY_0_MODE", "http")]
    [InlineData("HAPROXY_0_MODE", "tcp")]
    [InlineData("HAPROXY_0_VHOST", "shop.example.com")]
    public void A_TCP_health_check_is_sound_where_the_labels_say_how_clients_are_to_be_balanced(string label, string value)
    {
        var tcp = JObject.Parse(Sound.ToJson());
        tcp["healthChecks"]![0]!["protocol"] = "TCP";
        Assert.Equal(["TcpMode"], AppPreflight.Check(new AppDefinition(tcp)).Select(f => f.Id));

        tcp["labels"]![label] = value;
        Assert.Empty(AppPreflight.Check(new AppDefinition(tcp)));
    }

    [Fact]
    public void The_remedy_for_misplaced_health_checks_names_where_they_stand()
    {
        var guide = AppDefinition.Parse(
            """{ "id": "/myapp", "container": { "docker": { "portMappings": [{ "containerPort": 8080 }], "healthChecks": [{ "protocol": "HTTP" }] } } }""",
            "myapp.json");
        var findings = AppPreflight.Check(guide);
        Assert.Equal("container.docker.healthChecks", findings.Single(f => f.Id == "MisplacedHealthChecks").Path);
        Assert.Contains("container.docker.healthChecks", findings.Single(f => f.Id == "NoHealthChecks").Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void A_docker_member_that_is_no_object_is_no_place_for_health_checks() => Assert.Contains(
        AppPreflight.Check(AppDefinition.Parse("""{ "id": "/shop", "cmd": "serve", "container": { "docker": "shop:2" } }""", "shop.json")),
        finding => finding.Id == "NoHealthChecks" && finding.Remedy.StartsWith("Add", StringComparison.Ordinal));

    [Fact]
    public void A_fixed_host_port_of_a_container_is_named_with_its_place()
    {
        var definition = Sound.With(new AppChanges
        {
            Set = new Dictionary<string, object?>
            {
                ["portDefinitions"] = null,
                ["networks"] = new object[] { new Dictionary<string, object> { ["mode"] = "container/bridge" } },
                ["container.portMappings"] = new object[] { new Dictionary<string, object> { ["containerPort"] = 80, ["hostPort"] = 8080, ["servicePort"] = 10000 } },
            },
        });
        var finding = Assert.Single(AppPreflight.Check(definition));
        Assert.Equal(("FixedHostPorts", "container.portMappings[0].hostPort"), (finding.Id, finding.Path));
    }

    [Fact]
    public void The_gravest_findings_come_first()
    {
        var findings = AppPreflight.Check(AppDefinition.Parse("""{ "id": "/a", "healthChecks": [{ "maxConsecutiveFailures": 0 }] }""", "a.json"));
        Assert.Equal(findings.Select(f => f.Severity).OrderDescending(), findings.Select(f => f.Severity));
        Assert.Equal("UnhealthyTasksStay", findings[^1].Id);
    }

    [Fact]
    public void Several_service_ports_pass_with_an_alternate_for_each() => Assert.Empty(AppPreflight.Check(Sound.With(new AppChanges
    {
        Set = new Dictionary<string, object?> { ["portDefinitions[1].port"] = 10002, ["labels.HAPROXY_DEPLOYMENT_ALT_PORT"] = "10001, 10003" },
    })));

    private static IReadOnlyList<PreflightFinding> Check(string path, object? value) =>
        AppPreflight.Check(Sound.With(new AppChanges { Set = new Dictionary<string, object?> { [path] = value } }));
}
