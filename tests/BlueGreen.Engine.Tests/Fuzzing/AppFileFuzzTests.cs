using System.Text.RegularExpressions;
using BlueGreen.Engine.Marathon;
using BlueGreen.Engine.Preflight;
using CsCheck;

namespace BlueGreen.Engine.Tests.Fuzzing;

/// <summary>Real app files with slips in them: an error that says where, or a definition that everything else can work with.</summary>
public partial class AppFileFuzzTests
{
    private const string Json = """
        {
          // the shop
          "id": "/shop", "cmd": "serve --port $PORT0", "instances": 4, "cpus": 0.25, "mem": 128.5,
          "networks": [ { "mode": "container/bridge" } ],
          "container": { "type": "DOCKER", "docker": { "image": "shop:1.4", "forcePullImage": false },
                         "portMappings": [ { "containerPort": 8080, "hostPort": 0, "servicePort": 10000 }, { "containerPort": 8081, "servicePort": 10002 } ] },
          "healthChecks": [ { "protocol": "HTTP", "path": "/health", "portIndex": 0, "gracePeriodSeconds": 30 }, { "protocol": "COMMAND", "command": { "value": "true" } } ],
          "env": { "LEVEL": "info", "SIZE": 10 }, "constraints": [ [ "hostname", "UNIQUE" ] ], "fetch": [ { "uri": "http://files/shop.tgz" } ],
          "upgradeStrategy": { "minimumHealthCapacity": 1, "maximumOverCapacity": 0.5 },
          "labels": { "HAPROXY_GROUP": "external", "HAPROXY_DEPLOYMENT_GROUP": "shop", "HAPROXY_DEPLOYMENT_ALT_PORT": "10001,10003", "HAPROXY_0_VHOST": "shop.example.org" }
        }
        """;

    private const string Yaml = """
        # the shop
        id: /shop
        cmd: >-
          serve
          --port $PORT0
        instances: 4
        cpus: 0.25
        mem: 128
        portDefinitions: &ports
          - { port: 10000, name: http }
          - port: 10002
        healthChecks:
          - protocol: HTTP
            path: /health
            portIndex: 0
        env:
          LEVEL: "info"
          SIZE: 10
          NONE: ~
        labels:
          HAPROXY_GROUP: external
          HAPROXY_DEPLOYMENT_GROUP: shop
          HAPROXY_DEPLOYMENT_ALT_PORT: 10001,10003
          HAPROXY_0_VHOST: 'shop.example.org'
        """;

    public static TheoryData<string, string> Files => new() { { "shop.json", Json }, { "shop.yaml", Yaml }, { "shop", Json }, { "shop.yaml", Json } };

    [Theory]
    [MemberData(nameof(Files))]
    public void A_file_with_slips_in_it_is_an_error_with_its_place_or_a_sound_definition(string name, string text) =>
        Mutation.Some.Sample(mutations => IsSound(name, mutations.Apply(text)), iter: 3000);

    [Fact]
    public void A_file_with_members_of_any_type_anywhere_is_an_error_that_names_them_or_a_sound_definition()
    {
        var json = JsonText.ParseObject(Json, "file");

        Mutation.Some.Sample(mutations => IsSound("shop.json", mutations.Apply(json).ToString()), iter: 3000);
    }

    /// <summary>Everything up to the app that would be posted.</summary>
    private static bool IsSound(string name, string text)
    {
        AppDefinition? read = null;
        try
        {
            read = AppDefinition.Parse(text, name);
        }
        catch (BlueGreenException error)
        {
            Assert.Contains(error.ErrorId, new[] { "AppDefinitionUnreadable", "AppDefinitionInvalid" });
            Assert.StartsWith(name, error.Message, StringComparison.Ordinal);
            // What no reader got beyond has a place: the whole file has none.
            if (error.ErrorId == "AppDefinitionUnreadable" && !Whole().IsMatch(error.Message)) Assert.Matches(Place(), error.Message);
            return true;
        }

        Assert.NotNull(JsonText.TryParseObject(read.ToJson()));
        Assert.NotNull(Soundly.Try(() => AppPreflight.Check(read).ToList()) ?? []);
        var request = new ColourRequest(1, 0, null, new DateTime(2026, 1, 1));
        if (Soundly.Try(() => ColourDefinition.Prepare(read, [], request)) is not { } prepared) return true;
        Assert.EndsWith("-blue", prepared.Id, StringComparison.Ordinal);
        return true;
    }

    [GeneratedRegex(@"the text is empty|is not an object|no valid YAML")]
    private static partial Regex Whole();

    [GeneratedRegex(@"\(\d+,\d+\): ")]
    private static partial Regex Place();
}
