using System.Text.Json.Nodes;

namespace BlueGreen.Host.Tests.Zdd;

/// <summary>The final app on standard output, as the genuine zdd.py prints it for the same file and the same cluster.</summary>
public sealed class OutputTests
{
    [Fact]
    public async Task A_first_deployment_is_blue_on_the_files_own_port()
    {
        await using var marathon = ScriptedMarathon.With();

        var run = await ZddRun.Of(marathon.Address, ZddRun.App, "--dry-run");

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(Expected(instances: 3, colour: "blue", port: 10000, target: 3, hybrid: 0), run.TimelessOutput);
        Assert.Equal("GET /v2/apps", Assert.Single(marathon.Requests).What);
    }

    [Theory]
    [InlineData("blue", 10000, "green", 10001)]
    [InlineData("green", 10001, "blue", 10000)]
    public async Task The_next_one_has_the_other_colour_and_port_and_as_many_instances_as_there_are(string last, int lastPort, string colour, int port)
    {
        await using var marathon = ScriptedMarathon.With(Live(last, lastPort));

        var run = await ZddRun.Of(marathon.Address, ZddRun.App, "--dry-run");

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(Expected(instances: 1, colour, port, target: 5, hybrid: 0), run.TimelessOutput);
    }

    [Theory]
    [InlineData("-i 9", 5, 0)]
    [InlineData("-i 4", 4, 0)]
    [InlineData("-n 2", 1, 2)]
    [InlineData("-n 2 -i 4", 2, 2)]
    [InlineData("-n 9 -i 7", 5, 5)]
    public async Task Initial_and_new_instances_are_cut_as_zdd_cuts_them(string words, int instances, int hybrid)
    {
        await using var marathon = ScriptedMarathon.With(Live("blue", 10000));

        var run = await ZddRun.Of(marathon.Address, ZddRun.App, ["--dry-run", .. words.Split(' ')]);

        Assert.Equal(Expected(instances, "green", 10001, target: 5, hybrid), run.TimelessOutput);
    }

    [Fact]
    public async Task What_is_posted_is_what_was_printed()
    {
        await using var marathon = ScriptedMarathon.With();

        var run = await ZddRun.Of(marathon.Address, ZddRun.App, "--force");

        Assert.Equal(0, run.ExitCode);
        var posted = Assert.Single(marathon.Requests, request => request.What == "POST /v2/apps").Body;
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(posted), JsonNode.Parse(run.Output)), posted);
    }

    private static string Live(string colour, int port) => $$$"""
        {"id": "/nginx-{{{colour}}}", "instances": 5, "ports": [{{{port}}}], "healthChecks": [{"protocol": "HTTP"}],
         "container": {"docker": {"portMappings": [{"containerPort": 8080, "servicePort": {{{port}}}}]}}, "deployments": [], "tasks": [],
         "labels": {"HAPROXY_DEPLOYMENT_GROUP": "nginx", "HAPROXY_DEPLOYMENT_ALT_PORT": "10001", "HAPROXY_DEPLOYMENT_COLOUR": "{{{colour}}}",
          "HAPROXY_0_PORT": "10000", "HAPROXY_APP_ID": "nginx", "HAPROXY_DEPLOYMENT_STARTED_AT": "2016-02-01T15:51:38.184623",
          "HAPROXY_DEPLOYMENT_TARGET_INSTANCES": "3"}}
        """;

    private static string Expected(int instances, string colour, int port, int target, int hybrid) => $$"""
        {
          "container": {
            "docker": {
              "image": "nginx",
              "network": "BRIDGE",
              "portMappings": [
                {
                  "containerPort": 8080,
                  "hostPort": 0,
                  "servicePort": {{port}}
                }
              ]
            },
            "type": "DOCKER"
          },
          "cpus": 0.1,
          "env": {
            "A": "1",
            "B": "\u00fc"
          },
          "healthChecks": [
            {
              "path": "/",
              "portIndex": 0,
              "protocol": "HTTP"
            }
          ],
          "id": "/nginx-{{colour}}",
          "instances": {{instances}},
          "labels": {
            "HAPROXY_0_PORT": "10000",
            "HAPROXY_APP_ID": "nginx",
            "HAPROXY_DEPLOYMENT_ALT_PORT": "10001",
            "HAPROXY_DEPLOYMENT_COLOUR": "{{colour}}",
            "HAPROXY_DEPLOYMENT_GROUP": "nginx",
            "HAPROXY_DEPLOYMENT_NEW_INSTANCES": "{{hybrid}}",
            "HAPROXY_DEPLOYMENT_STARTED_AT": "<time>",
            "HAPROXY_DEPLOYMENT_TARGET_INSTANCES": "{{target}}",
            "HAPROXY_GROUP": "external"
          },
          "mem": 65
        }

        """.ReplaceLineEndings("\n");
}
