using System.Collections;
using System.Management.Automation;
using BlueGreen.Acceptance.Support;

namespace BlueGreen.Acceptance;

/// <summary>
/// A deployment while a client of another app stays connected: HAProxy's old process lives on with it, and by each kind of evidence it
/// is known, or not, that nothing of the service is left there.
/// </summary>
public sealed class EvidenceTests : IDisposable
{
    private const string Definition = """
        @{
            id = $args[0]; cmd = $args[1]; instances = $args[2]; cpus = 0.1; mem = 32
            portDefinitions = @(@{ port = $args[3] })
            healthChecks = @(@{ protocol = 'HTTP'; path = '/health'; portIndex = 0; gracePeriodSeconds = 30; intervalSeconds = 1; timeoutSeconds = 5 })
            labels = $args[4]
        }
        """;

    private readonly ModuleRunspace _shell = new();
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = Timeout.InfiniteTimeSpan };

    [Fact]
    public async Task A_long_connection_of_another_app_holds_nothing_up_where_a_socket_or_a_gauge_tells()
    {
        var lab = _shell.Run("Start-BlueGreenLab -LoadBalancers 2 -AdminSocket -MasterSocket").Single;
        CreateApp("/shop", 2, 10000, new Hashtable { ["HAPROXY_GROUP"] = "external", ["HAPROXY_DEPLOYMENT_GROUP"] = "shop", ["HAPROXY_DEPLOYMENT_ALT_PORT"] = "10001" });
        CreateApp("/other", 1, 10100, new Hashtable { ["HAPROXY_GROUP"] = "external" });
        await Eventually.IsTrueAsync(
            () => _shell.Run("Get-HaproxyBackendStat | Where-Object State -eq 'Serving'").ThrowIfFailed().Output.Count == 6, "both load balancers serve both apps");

        using var stop = new CancellationTokenSource();
        var clients = ((IEnumerable)lab.Properties["MarathonLbUri"].Value).Cast<Uri>().Select(uri => HangOnAsync(uri, stop.Token)).ToList();
        await Eventually.IsTrueAsync(
            () => _shell.Run("Get-HaproxyBackendStat other_10100 | Where-Object CurrentSessions -gt 0").ThrowIfFailed().Output.Count == 2, "the other app has its clients");

        // First of all: an admin socket tells of those processes only that served while it was listened to.
        Connect("admin", "-HaproxySocket $lab.HaproxySocket");
        await DeployUnderRequestsAsync(lab, "-DrainTimeoutSec 60", "AdminSocket");

        Connect("http", "");
        var held = _shell.Run("Get-DeploymentGroup shop | ForEach-Object Live | Start-BlueGreenDeployment -Env @{ RUN = 'http' } -DrainTimeoutSec 3 -Force");
        Assert.Equal("DrainTimeout", held.ErrorId);
        Assert.Contains("may have pending work", held.Error.ToString(), StringComparison.Ordinal);

        Connect("master", "-HaproxyMasterSocket $lab.HaproxyMasterSocket");
        AssertProven(_shell.Run("Resume-BlueGreenDeployment shop -DrainTimeoutSec 60 -Force").Single, "MasterSocket");
        await DeployUnderRequestsAsync(lab, "-DrainTimeoutSec 60", "MasterSocket");

        Connect("gauge", "");
        await DeployUnderRequestsAsync(lab, "-DrainTimeoutSec 60 -PendingOperations '/metrics#/pendingOperations'", "PendingOperations");
        var refused = Deploy("-PendingOperations { param($Task) if ($Task.Ports[0] -gt 0) { 'many' } }");
        Assert.Equal("PendingOperationsUnreadable", refused.ErrorId);
        Assert.Contains("'many', and a number from 0 on is wanted", refused.Error.ToString(), StringComparison.Ordinal);
        Assert.Equal("InvalidPendingOperations", Deploy("-PendingOperations /metrics").ErrorId);
        Assert.Single(_shell.Run("Get-MarathonApp shop*").ThrowIfFailed().Output);

        Assert.All(clients, client => Assert.False(client.IsCompleted, "the other app's clients are connected still"));
        await stop.CancelAsync();
    }

    public void Dispose()
    {
        _http.Dispose();
        _shell.Dispose();
    }

    /// <summary>A body that does not end: HAProxy cuts a connection on which nothing moves for 30 s.</summary>
    private sealed class Trickle(CancellationToken token) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context)
        {
            while (!token.IsCancellationRequested)
            {
                await stream.WriteAsync("x"u8.ToArray(), token);
                await stream.FlushAsync(token);
                await Task.Delay(500, token);
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }

    private static void AssertProven(PSObject deployment, string evidence)
    {
        Assert.Equal("Completed", deployment.Properties["Result"].Value.ToString());
        Assert.Empty((IEnumerable)deployment.Properties["TasksKilledUnproven"].Value);
        var proofs = ((IEnumerable)deployment.Properties["DrainProofs"].Value).Cast<object>().Select(PSObject.AsPSObject).ToList();
        Assert.Equal(4, proofs.Count);
        Assert.All(proofs, proof => Assert.Contains(evidence, proof.Properties["Evidence"].Value.ToString(), StringComparison.Ordinal));
    }

    private async Task HangOnAsync(Uri loadBalancer, CancellationToken token)
    {
        try
        {
            using var answer = await _http.PostAsync($"http://{loadBalancer.Host}:10100/slow?ms=600000", new Trickle(token), token);
        }
        catch (Exception error) when (error is HttpRequestException or OperationCanceledException)
        {
            // The test is over.
        }
    }

    /// <summary>The service itself has a request of some seconds in flight on each load balancer, to each of its tasks.</summary>
    private async Task DeployUnderRequestsAsync(PSObject lab, string parameters, string evidence)
    {
        var requests = ((IEnumerable)lab.Properties["MarathonLbUri"].Value).Cast<Uri>().SelectMany(uri => Enumerable.Range(0, 2)
            .Select(_ => _http.GetStringAsync($"http://{uri.Host}:10000/slow?ms=8000", TestContext.Current.CancellationToken))).ToList();
        AssertProven(Deploy(parameters).Single, evidence);
        Assert.All(await Task.WhenAll(requests), answer => Assert.StartsWith("version", answer, StringComparison.Ordinal));
    }

    private Outcome Deploy(string parameters) =>
        _shell.Run($"(Get-DeploymentGroup shop).Live | Start-BlueGreenDeployment -Env @{{ RUN = [guid]::NewGuid().ToString() }} -Force {parameters}");

    private void Connect(string name, string parameters) => _shell.Run(
        $"$lab = Get-BlueGreenSession lab; Connect-BlueGreen $lab.MarathonUri $lab.MarathonLbUri {parameters} -Name {name}").ThrowIfFailed();

    private void CreateApp(string id, int instances, int port, Hashtable labels) =>
        _shell.Run($"New-MarathonApp -Definition {Definition} -Wait -TimeoutSec 60", id, $"dotnet '{BuiltModule.Lab}' serve", instances, port, labels).ThrowIfFailed();
}
