using System.Collections;
using System.Diagnostics;
using System.Management.Automation;
using BlueGreen.Acceptance.Support;

namespace BlueGreen.Acceptance;

/// <summary>One driver a group, with drivers that are real processes.</summary>
public sealed class DriverTests(LabFixture lab) : IClassFixture<LabFixture>, IDisposable
{
    private const string Definition = """
        @{
            id = '/shop'; cmd = $args[0]; instances = 2; cpus = 0.1; mem = 32; portDefinitions = @(@{ port = 10000 })
            healthChecks = @(@{ protocol = 'HTTP'; path = '/health'; portIndex = 0; gracePeriodSeconds = 30; intervalSeconds = 1; timeoutSeconds = 5 })
            labels = @{ HAPROXY_GROUP = 'external'; HAPROXY_DEPLOYMENT_GROUP = 'shop'; HAPROXY_DEPLOYMENT_ALT_PORT = '10001' }
        }
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("bluegreen").FullName;

    private ModuleRunspace Shell => lab.Shell;

    private IEnumerable<string> Apps => Shell.Run("Get-MarathonApp").Get<string>("Id");

    [Fact]
    public async Task A_second_driver_is_refused_and_one_killed_by_SIGKILL_is_outlived_at_once()
    {
        lab.Empty();
        Shell.Run("Start-BlueGreenDeployment -Definition " + Definition + " -Force", Command(1)).ThrowIfFailed();
        var marathon = ((IEnumerable)lab.Session.Properties["MarathonUri"].Value).Cast<Uri>().First();
        var balancers = ((IEnumerable)lab.Session.Properties["MarathonLbUri"].Value).Cast<Uri>().Select(uri => $"'{uri}'");
        var script = Path.Combine(_folder, "driver.ps1");
        await File.WriteAllTextAsync(
            script,
            $"""
            Import-Module '{BuiltModule.Manifest}'
            $null = Connect-BlueGreen '{marathon}' {string.Join(", ", balancers)}
            Get-MarathonApp /shop-blue | Start-BlueGreenDeployment -Cmd "{Command(2)} --start-delay 3600000" -Force
            """, TestContext.Current.CancellationToken);
        using var driver = Process.Start(new ProcessStartInfo("dotnet", [BuiltModule.Host, "-NoProfile", "-File", script]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        try
        {
            await Eventually.IsTrueAsync(() => Apps.Contains("/shop-green"), "the first driver has created the new colour");
            Assert.Equal(["/bluegreen-lock-shop.1", "/shop-blue", "/shop-green"], Apps.Order(StringComparer.Ordinal));
            Assert.Equal(["shop"], Shell.Run("Get-DeploymentGroup").Get<string>("Name"));
            foreach (var second in new[] { "Get-MarathonApp /shop-blue | Start-BlueGreenDeployment -Cmd x2 -Force", "Undo-BlueGreenDeployment shop -Force" })
            {
                var refused = Shell.Run(second);
                Assert.Equal("GroupHeld", refused.ErrorId);
                Assert.Equal(ErrorCategory.ResourceBusy, refused.Error.CategoryInfo.Category);
                Assert.Contains($"{Environment.UserName} on {Environment.MachineName} (process {driver.Id})", refused.Error.ToString(), StringComparison.Ordinal);
            }
        }
        finally
        {
            driver.Kill();
            await driver.WaitForExitAsync(CancellationToken.None);
        }

        var began = Stopwatch.StartNew();
        var undone = Shell.Run("Undo-BlueGreenDeployment shop -Force").Single;

        Assert.Equal("Undone", undone.Properties["Result"].Value.ToString());
        Assert.True(began.Elapsed < TimeSpan.FromSeconds(60), $"it took {began.Elapsed}");
        Assert.Equal(["/shop-blue"], Apps);
    }

    [Fact]
    public async Task Ctrl_C_gives_the_group_back()
    {
        lab.Empty();
        Shell.Run("Start-BlueGreenDeployment -Definition " + Definition + " -Force", Command(1)).ThrowIfFailed();
        using var other = new ModuleRunspace();
        other.Run("$null = Connect-BlueGreen $args[0] -Name beside", ((IEnumerable)lab.Session.Properties["MarathonUri"].Value).Cast<Uri>().First()).ThrowIfFailed();

        await Shell.RunAndStopAsync(
            "Get-MarathonApp /shop-blue | Start-BlueGreenDeployment -Cmd $args[0] -Force",
            () => other.Run("Get-MarathonApp").Get<string>("Id").Contains("/shop-green"),
            Command(2) + " --start-delay 3600000");

        Assert.Equal(["/shop-blue", "/shop-green"], Apps.Order(StringComparer.Ordinal));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string Command(int version) => $"dotnet '{BuiltModule.Lab}' serve --version {version}";
}
