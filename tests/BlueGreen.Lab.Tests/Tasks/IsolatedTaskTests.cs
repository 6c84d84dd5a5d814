using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using BlueGreen.Lab.Marathon;
using BlueGreen.Lab.Tests.Support;

namespace BlueGreen.Lab.Tests.Tasks;

/// <summary>Bridge and container networking: each task in a network namespace of its own, which needs root.</summary>
public sealed class IsolatedTaskTests
{
    [Fact]
    public async Task The_guides_app_runs_with_several_instances_each_on_its_own_port_8080()
    {
        Require("python3");
        await using var marathon = await TestMarathon.StartAsync();

        var app = await marathon.RunAsync(Apps.OfTheGuide("/myapp").With("instances", 3));

        var ports = app["tasks"]!.AsArray().Select(t => t!["ports"]!.AsArray().Single()!.Int()).ToList();
        Assert.Equal(3, ports.Distinct().Count());
        using var http = new HttpClient();
        foreach (var port in ports)
        {
            var page = await Eventually.GetAsync(() => TryGetAsync(http, port), "the server listens");
            Assert.Contains("Directory listing", page);
        }

        await marathon.DeployedAsync(await marathon.DeleteAsync("/v2/apps/myapp"));
        foreach (var port in ports) Assert.Equal(SocketError.ConnectionRefused, await ConnectAsync(IPAddress.Loopback, port));
    }

    [Fact]
    public async Task A_port_is_refused_until_the_task_listens_and_again_when_it_stops_listening()
    {
        RequireRoot();
        await using var marathon = await TestMarathon.StartAsync();
        var app = await marathon.RunAsync(Bridged("/a", "--port 8080 --start-delay 1000"));
        var port = app["tasks"]![0]!["ports"]![0]!.Int();

        Assert.Equal(SocketError.ConnectionRefused, await ConnectAsync(IPAddress.Loopback, port));
        await Eventually.IsTrueAsync(async () => await ConnectAsync(IPAddress.Loopback, port) == SocketError.Success, "the task listens");

        await marathon.DeployedAsync(await marathon.PutAsync("/v2/apps/a", new JsonObject { ["instances"] = 0 }));
        Assert.Equal(SocketError.ConnectionRefused, await ConnectAsync(IPAddress.Loopback, port));
    }

    [Fact]
    public async Task Health_checks_reach_a_bridged_task_from_outside_and_from_inside()
    {
        RequireRoot();
        await using var marathon = await TestMarathon.StartAsync("127.77.0.4");

        var app = await marathon.RunAsync(Bridged("/a", "--port 8080 --address 0.0.0.0")
            .With("healthChecks", new JsonArray(Apps.Check(), Apps.Check("MESOS_HTTP").With("delaySeconds", 0))));

        Assert.Equal(1, app.Int("tasksHealthy"));
        Assert.Equal(2, app["tasks"]![0]!["healthCheckResults"]!.AsArray().Count);
    }

    [Fact]
    public async Task In_container_networking_each_task_has_an_address_with_its_container_port()
    {
        RequireRoot();
        await using var marathon = await TestMarathon.StartAsync();

        var app = await marathon.RunAsync(new JsonObject
        {
            ["id"] = "/a",
            ["cmd"] = "exec $BLUEGREEN_LAB serve --port 8080 --address 0.0.0.0",
            ["instances"] = 2,
            ["networks"] = new JsonArray(new JsonObject { ["mode"] = "container", ["name"] = "blue" }),
            ["container"] = new JsonObject { ["type"] = "MESOS", ["portMappings"] = new JsonArray(new JsonObject { ["containerPort"] = 8080 }) },
            ["healthChecks"] = new JsonArray(Apps.Check()),
        });

        var addresses = app["tasks"]!.AsArray().Select(t => IPAddress.Parse(t!["ipAddresses"]![0].Text("ipAddress")!)).ToList();
        Assert.Equal(2, addresses.Distinct().Count());
        Assert.All(app["tasks"]!.AsArray(), t => Assert.Empty(t!["ports"]!.AsArray()));
        foreach (var address in addresses) Assert.Equal(SocketError.Success, await ConnectAsync(address, 8080));
    }

    [Fact]
    public async Task A_host_port_asked_for_is_the_one_that_is_used()
    {
        RequireRoot();
        await using var marathon = await TestMarathon.StartAsync("127.77.0.5");
        var app = Bridged("/a", "--port 8080 --address 0.0.0.0").With("healthChecks", new JsonArray(Apps.Check()));
        app["container"]!["portMappings"]![0]!["hostPort"] = 15234;

        await marathon.RunAsync(app);

        Assert.Equal(SocketError.Success, await ConnectAsync(IPAddress.Parse("127.77.0.5"), 15234));
    }

    private static JsonObject Bridged(string id, string options) => new()
    {
        ["id"] = id,
        ["cmd"] = $"exec $BLUEGREEN_LAB serve {options}",
        ["networks"] = new JsonArray(new JsonObject { ["mode"] = "container/bridge" }),
        ["container"] = new JsonObject { ["type"] = "MESOS", ["portMappings"] = new JsonArray(new JsonObject { ["containerPort"] = 8080, ["hostPort"] = 0 }) },
    };

    private static async Task<SocketError> ConnectAsync(IPAddress address, int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(address, port, TestContext.Current.CancellationToken);
            return SocketError.Success;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode;
        }
    }

    private static async Task<string?> TryGetAsync(HttpClient http, int port)
    {
        try
        {
            return await http.GetStringAsync($"http://127.0.0.1:{port}/", TestContext.Current.CancellationToken);
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    private static void RequireRoot() =>
        Assert.SkipUnless(BlueGreen.Lab.Tasks.NetworkNamespace.Unavailable is null, "Network namespaces cannot be made here.");

    private static void Require(string program)
    {
        RequireRoot();
        var paths = Environment.GetEnvironmentVariable("PATH")!.Split(':');
        Assert.SkipUnless(paths.Any(p => File.Exists(Path.Combine(p, program))), $"{program} is not installed.");
    }
}
