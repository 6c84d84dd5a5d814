using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Text.Json.Nodes;
using BlueGreen.Acceptance.Support;

namespace BlueGreen.Acceptance.Chaos;

/// <summary>An app of the service as Marathon tells it.</summary>
internal sealed record ShopApp(string Id, int Version, int Instances, IReadOnlyList<ShopTask> Tasks)
{
    public IReadOnlyList<ShopTask> Healthy => [.. Tasks.Where(task => task.IsHealthy)];
}

internal sealed record ShopTask(string Id, string Host, int Port, bool IsHealthy);

/// <summary>Requests without a good answer: so many, for one reason, in one second, through one load balancer.</summary>
internal sealed record Loss(DateTimeOffset Second, string Host, string Reason, long Count);

/// <summary>A service on a lab with two load balancers, on which things go wrong while a new version is put in place under load.</summary>
internal sealed class Shop : IDisposable
{
    private const string Definition = """
        @{
            id = '/shop'; cmd = $args[0]; instances = $args[1]; cpus = 0.1; mem = 32; portDefinitions = @(@{ port = 10000 })
            healthChecks = @(@{ protocol = 'HTTP'; path = '/health'; portIndex = 0; gracePeriodSeconds = 30; intervalSeconds = 1; timeoutSeconds = 5 })
            labels = @{ HAPROXY_GROUP = 'external'; HAPROXY_DEPLOYMENT_GROUP = 'shop'; HAPROXY_DEPLOYMENT_ALT_PORT = '10001' }
        }
        """;

    private readonly LabFixture _lab;
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(10) };
    private readonly int _instances;

    private Shop(LabFixture lab, int instances)
    {
        (_lab, _instances) = (lab, instances);
        Marathon = Uris("MarathonUri").First();
        LoadBalancers = [.. Uris("MarathonLbUri")];
        Processes = new LabProcesses((string)lab.Session.Properties["LabSandbox"].Value);
    }

    public Uri Marathon { get; }

    public IReadOnlyList<Uri> LoadBalancers { get; }

    public LabProcesses Processes { get; }

    public IEnumerable<string> Urls => LoadBalancers.Select(uri => $"http://{uri.Host}:10000");

    private ModuleRunspace Shell => _lab.Shell;

    /// <summary>Empties the lab and has version 1 served by both load balancers.</summary>
    public static async Task<Shop> OpenAsync(LabFixture lab, int instances)
    {
        lab.Empty();
        var shop = new Shop(lab, instances);
        lab.Shell.Run("Start-BlueGreenDeployment -Definition " + Definition + " -Force", Command(1), instances).ThrowIfFailed();
        await shop.IsServedAloneAsync(version: 1);
        return shop;
    }

    public static string Command(int version) => $"dotnet '{BuiltModule.Lab}' serve --version {version}";

    /// <summary>Has requests under way on both load balancers.</summary>
    public async Task<Load> StartLoadAsync(int slowMilliseconds = 2000)
    {
        var load = Load.Start(Urls, slowMilliseconds);
        await Eventually.IsTrueAsync(() => load.Served > 200, "the load is under way");
        return load;
    }

    /// <summary>The command that opens a session with the load balancers and with Marathon at other addresses.</summary>
    public string Connecting(params IEnumerable<Uri> marathon) => $"$null = Connect-BlueGreen {List(marathon)} {List(LoadBalancers)} -Name faulty";

    /// <summary>A runspace with such a session, whose requests do not wait for long.</summary>
    public ModuleRunspace Connect(params IEnumerable<Uri> marathon)
    {
        var shell = new ModuleRunspace();
        shell.Run(Connecting(marathon) + " -TimeoutSec 2").ThrowIfFailed();
        return shell;
    }

    /// <summary>Begins to put a version in place of the one that serves.</summary>
    public RunningScript BeginDeployment(int version, string parameters = "", ModuleRunspace? shell = null) => (shell ?? Shell).Begin(
        $"(Get-DeploymentGroup shop).Live | Start-BlueGreenDeployment -Cmd $args[0] -Force -DrainTimeoutSec 120 -HealthTimeoutSec 120 {parameters}", Command(version));

    /// <summary>Begins to go on with what is half-way: Resume, Complete or Undo.</summary>
    public RunningScript Begin(string verb, ModuleRunspace? shell = null) =>
        (shell ?? Shell).Begin($"{verb}-BlueGreenDeployment shop -Force -DrainTimeoutSec 120 -HealthTimeoutSec 120");

    /// <summary>Puts so many of a new version beside the one that serves, and leaves it there, held by a gate.</summary>
    public void LeaveHalfWay(int version, int instances)
    {
        var held = Shell.Run($"(Get-DeploymentGroup shop).Live | Start-BlueGreenDeployment -Cmd $args[0] -Force -Step {instances} -Gate {{ $false }}", Command(version));
        Assert.Equal("GateRefused", held.ErrorId);
    }

    /// <summary>The apps of the service, the older version first.</summary>
    public async Task<IReadOnlyList<ShopApp>> AppsAsync()
    {
        var apps = JsonNode.Parse(await _http.GetStringAsync(new Uri(Marathon, "/v2/apps?embed=apps.tasks"), TestContext.Current.CancellationToken))!["apps"]!.AsArray();
        return [.. apps.Where(app => app!["labels"]!["HAPROXY_DEPLOYMENT_GROUP"] is not null).Select(Read).OrderBy(app => app.Version)];
    }

    /// <summary>Waits until the apps are so, and gives them.</summary>
    public async Task<IReadOnlyList<ShopApp>> WhenAsync(Func<IReadOnlyList<ShopApp>, bool> condition, string what)
    {
        IReadOnlyList<ShopApp> apps = [];
        await Eventually.IsTrueAsync(async () => condition(apps = await AppsAsync()), what);
        return apps;
    }

    /// <summary>Waits until one version alone is there, whole, and both load balancers serve all of it.</summary>
    /// <param name="version">The version.</param>
    /// <param name="atMost">How many instances it may have; null for as many as were asked for.</param>
    public async Task IsServedAloneAsync(int version, int? atMost = null)
    {
        var alone = (await WhenAsync(
            apps => apps is [var app] && app.Version == version && app.Healthy.Count == app.Instances && app.Instances >= _instances && app.Instances <= (atMost ?? _instances),
            $"version {version} is there alone, whole"))[0];
        await Eventually.IsTrueAsync(
            () => Shell.Run("Get-HaproxyBackendStat -AppId $args[0] | Where-Object State -eq 'Serving'", alone.Id).ThrowIfFailed().Output.Count == LoadBalancers.Count * alone.Instances,
            "both load balancers serve all its tasks");
        // Nothing of a driver is left over either: its lock is an app.
        Assert.Single(Shell.Run("Get-MarathonApp").ThrowIfFailed().Output);
    }

    /// <summary>Ends the load, tells of it, and gives what was lost.</summary>
    public static async Task<IReadOnlyList<Loss>> LossesAsync(Load load)
    {
        var counts = await load.StopAsync();
        Say($"requests: {counts["requests"]}, lost: {counts["lost"]} {counts["losses"]!.ToJsonString()}");
        return [.. counts["losses"]!.AsArray().Select(loss => new Loss(
            DateTimeOffset.Parse((string)loss!["at"]!, CultureInfo.InvariantCulture), new Uri((string)loss["url"]!).Host, (string)loss["reason"]!, (long)loss["count"]!))];
    }

    /// <summary>Says that a deployment came to its end, and killed nothing without proof.</summary>
    public static PSObject AssertCompleted(Outcome outcome, string result = "Completed")
    {
        var deployment = outcome.Single;
        Say($"{deployment.Properties["Result"].Value} in {deployment.Properties["Duration"].Value}: {deployment.Properties["Reason"].Value}; "
            + $"lowest serving {deployment.Properties["LowestServing"].Value}; warnings: {string.Join(" | ", outcome.Warnings)}");
        Assert.Equal(result, deployment.Properties["Result"].Value.ToString());
        Assert.Empty((IEnumerable)deployment.Properties["TasksKilledUnproven"].Value);
        return deployment;
    }

    /// <summary>Writes a line into the test's report.</summary>
    public static void Say(string line) => TestContext.Current.TestOutputHelper?.WriteLine($"{DateTime.UtcNow:HH:mm:ss.fff} {line}");

    public void Dispose() => _http.Dispose();

    private static string List(IEnumerable<Uri> uris) => string.Join(", ", uris.Select(uri => $"'{uri}'"));

    private IEnumerable<Uri> Uris(string property) => ((IEnumerable)_lab.Session.Properties[property].Value).Cast<Uri>();

    private static ShopApp Read(JsonNode? app) => new(
        (string)app!["id"]!, int.Parse(((string)app["cmd"]!).Split("--version ")[1].Split(' ')[0], CultureInfo.InvariantCulture), (int)app["instances"]!,
        [.. app["tasks"]!.AsArray().Select(task => new ShopTask(
            (string)task!["id"]!, (string)task["host"]!, (int)task["ports"]![0]!,
            task["healthCheckResults"]?.AsArray() is { Count: > 0 } results && results.All(result => (bool)result!["alive"]!)))]);
}
