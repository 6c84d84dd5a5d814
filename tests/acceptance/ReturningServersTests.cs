using System.Collections;
using System.Management.Automation;
using BlueGreen.Acceptance.Support;

namespace BlueGreen.Acceptance;

/// <summary>
/// On real HAProxy, a service whose only health check is a command, so that HAProxy has none: somebody scales the previous colour in mid-way,
/// marathon-lb takes its drained tasks back, and their servers stay down.
/// </summary>
public sealed class ReturningServersTests : IDisposable
{
    private const string Definition = """
        @{
            id = '/shop'; cmd = $args[0]; instances = 3; cpus = 0.1; mem = 32; portDefinitions = @(@{ port = 10000 })
            healthChecks = @(@{ protocol = 'COMMAND'; command = @{ value = 'true' }; gracePeriodSeconds = 30; intervalSeconds = 1; timeoutSeconds = 5 })
            labels = @{ HAPROXY_GROUP = 'external'; HAPROXY_DEPLOYMENT_GROUP = 'shop'; HAPROXY_DEPLOYMENT_ALT_PORT = '10001'; HAPROXY_0_MODE = 'http' }
        }
        """;

    private readonly ModuleRunspace _shell = new();

    [Fact]
    public async Task With_an_admin_socket_undo_has_them_serve_again()
    {
        var before = await BringBackStoppedAsync("-AdminSocket");

        var undone = _shell.Run("Undo-BlueGreenDeployment shop -Force -Verbose -InformationAction Continue");

        Assert.Contains(undone.Information, told => told.ToString().Contains("Mend shop_10000/", StringComparison.Ordinal));
        AssertUndone(undone.Single);
        Assert.Subset(Tasks(), before);
        Assert.Contains(
            _shell.Run("(Get-BlueGreenHistory -Path $global:journals -Detailed).Text").ThrowIfFailed().Output,
            line => line.ToString().Contains("by the admin socket (health up)", StringComparison.Ordinal));
        Assert.All(_shell.Run("Get-BlueGreenHistory -Path $global:journals -Verify").Get<bool>("IsReproduced"), Assert.True);
    }

    [Fact]
    public async Task Without_a_socket_undo_has_fresh_tasks_take_their_place()
    {
        var before = await BringBackStoppedAsync("");
        var stopped = _shell.Run("(Get-HaproxyBackendStat shop_10000 -AppId /shop-blue | Where-Object State -eq Down).TaskId")
            .ThrowIfFailed().Output.Select(id => (string)id.BaseObject).ToHashSet();

        var undone = _shell.Run("Undo-BlueGreenDeployment shop -Force -InformationAction Continue");

        Assert.Contains(undone.Information, told => told.ToString().Contains("down, for Marathon to start as many in their place", StringComparison.Ordinal));
        AssertUndone(undone.Single);
        Assert.Empty((IEnumerable)undone.Single.Properties["TasksKilledUnproven"].Value);
        // No other task than those was touched.
        Assert.NotEmpty(stopped);
        Assert.Equal(before.Except(stopped).Order(), before.Intersect(Tasks()).Order());
    }

    public void Dispose()
    {
        _shell.Dispose();
        if (Directory.Exists(Journals)) Directory.Delete(Journals, recursive: true);
    }

    private string Journals { get; } = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

    /// <returns>The previous colour's tasks.</returns>
    private async Task<HashSet<string>> BringBackStoppedAsync(string parameters)
    {
        _shell.Run($"Start-BlueGreenLab -LoadBalancers 2 {parameters}").ThrowIfFailed();
        _shell.Run(
            """
            $global:journals = $args[0]; $lab = Get-BlueGreenSession lab; $sockets = @{}
            if ($lab.HaproxySocket) { $sockets.HaproxySocket = $lab.HaproxySocket }
            Connect-BlueGreen $lab.MarathonUri $lab.MarathonLbUri @sockets -JournalPath $args[0] -Name journalled
            """, Journals).ThrowIfFailed();
        Assert.Equal("Created", Result(_shell.Run($"Start-BlueGreenDeployment -Definition {Definition} -Force", Command(1)).Single));
        Assert.Equal("Held", Result(Assert.Single(_shell.Run("Get-MarathonApp /shop-blue | Start-BlueGreenDeployment -Cmd $args[0] -InitialInstances 2 -Gate { $false } -Force", Command(2)).Output)));
        await Eventually.IsTrueAsync(() => Count("/shop-blue", "Maintenance") == 4, "two of three tasks are out on both load balancers");

        _shell.Run("Set-MarathonApp /shop-blue -Instances 4 -Wait -TimeoutSec 60").ThrowIfFailed();

        await Eventually.IsTrueAsync(() => Count("/shop-blue", "Down") == 4, "they are back in the pools, and down");
        return Tasks();
    }

    private void AssertUndone(PSObject deployment)
    {
        Assert.Equal("Undone", Result(deployment));
        Assert.Equal(["/shop-blue"], _shell.Run("Get-MarathonApp").Get<string>("Id"));
        Assert.Equal((8, 0), (Count("/shop-blue", "Serving"), Count("/shop-blue", "Down")));
    }

    private HashSet<string> Tasks() => [.. _shell.Run("(Get-MarathonApp /shop-blue).Tasks.Id").ThrowIfFailed().Output.Select(id => (string)id.BaseObject)];

    private int Count(string app, string state) =>
        _shell.Run($"Get-HaproxyBackendStat shop_10000 -AppId {app} | Where-Object State -eq {state}").ThrowIfFailed().Output.Count;

    private static string Result(PSObject deployment) => deployment.Properties["Result"].Value.ToString()!;

    private static string Command(int version) => $"dotnet '{BuiltModule.Lab}' serve --version {version}";
}
