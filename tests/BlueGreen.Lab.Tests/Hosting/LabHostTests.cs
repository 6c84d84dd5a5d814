using System.Text.Json.Nodes;
using BlueGreen.Lab.Hosting;
using BlueGreen.Lab.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace BlueGreen.Lab.Tests.Hosting;

/// <summary>Marathon and the load balancers together.</summary>
public sealed class LabHostTests
{
    [Fact]
    public async Task A_load_balancer_lists_a_task_only_once_it_is_healthy()
    {
        var folder = Directory.CreateTempSubdirectory("bg-lab-");
        await using (var lab = await LabHost.StartAsync(
            LabOptions.Parse(["--lb", "1"]), folder.FullName, NullLoggerFactory.Instance, TimeProvider.System, TestContext.Current.CancellationToken))
        {
            using var http = new HttpClient();
            var endpoints = lab.ToJson(0);
            await Post(http, endpoints, App("/sick", 10000, "--unhealthy"));
            await Eventually.IsTrueAsync(async () => (await Get(http, endpoints, "/v2/apps//sick")).Contains("TASK_RUNNING", StringComparison.Ordinal), "the sick task runs");
            await Post(http, endpoints, App("/sound", 10001));

            await Eventually.IsTrueAsync(async () => (await Config(http, endpoints)).Contains("backend sound_10001\n", StringComparison.Ordinal) && Servers(await Config(http, endpoints), "sound_10001") == 1, "the sound one is listed");

            Assert.Equal(0, Servers(await Config(http, endpoints), "sick_10000"));
        }

        folder.Delete(recursive: true);
    }

    private static JsonObject App(string id, int port, string options = "") => Apps.Serving(id, 1, options)
        .With("networks", new JsonArray(new JsonObject { ["mode"] = "host" }))
        .With("portDefinitions", new JsonArray(new JsonObject { ["port"] = port }))
        .With("labels", new JsonObject { ["HAPROXY_GROUP"] = "external" });

    private static async Task Post(HttpClient http, JsonObject endpoints, JsonObject app)
    {
        using var content = new StringContent(app.ToJsonString(), null, "application/json");
        using var answer = await http.PostAsync(new Uri($"{endpoints["marathonUri"]}/v2/apps"), content, TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    private static Task<string> Get(HttpClient http, JsonObject endpoints, string path) =>
        http.GetStringAsync(new Uri($"{endpoints["marathonUri"]}{path}"), TestContext.Current.CancellationToken);

    private static Task<string> Config(HttpClient http, JsonObject endpoints) =>
        http.GetStringAsync(new Uri($"{endpoints["marathonLbUris"]![0]}/_haproxy_getconfig"), TestContext.Current.CancellationToken);

    private static int Servers(string config, string backend) => config
        .Split('\n')
        .SkipWhile(line => line != $"backend {backend}")
        .Skip(1)
        .TakeWhile(line => line.StartsWith(' '))
        .Count(line => line.StartsWith("  server ", StringComparison.Ordinal));
}
