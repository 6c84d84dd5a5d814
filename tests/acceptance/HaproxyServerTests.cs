using System.Collections;
using System.Management.Automation;
using BlueGreen.Acceptance.Support;

namespace BlueGreen.Acceptance;

/// <summary>Servers changed at runtime on two real HAProxy.</summary>
public sealed class HaproxyServerTests : IDisposable
{
    private const string Backend = "shop_10000";

    private readonly ModuleRunspace _shell = new();

    [Fact]
    public async Task Servers_are_changed_on_every_load_balancer_and_read_back()
    {
        _shell.Run("Start-BlueGreenLab -LoadBalancers 2 -AdminSocket").ThrowIfFailed();
        _shell.Run(
            "New-MarathonApp -Definition @{ id = '/shop'; cmd = $args[0]; instances = 2; cpus = 0.1; mem = 32; portDefinitions = @(@{ port = 10000 }); labels = @{ HAPROXY_GROUP = 'external' } } -Wait",
            $"dotnet '{BuiltModule.Lab}' serve").ThrowIfFailed();
        await Eventually.IsTrueAsync(() => Servers().Count == 4, "both load balancers serve both tasks");

        Assert.Equal("NothingToChange", _shell.Run("Set-HaproxyServer shop_10000 *").ErrorId);
        Assert.Empty(_shell.Run("Set-HaproxyServer shop_10000 * -State Drain -WhatIf").ThrowIfFailed().Output);
        Assert.All(Servers(), server => Assert.Equal("Serving", State(server)));

        var drained = _shell.Run("$one = @(Get-HaproxyBackendStat -AppId /shop)[0]; $one | Set-HaproxyServer -State Drain -Weight 7 -PassThru").Single;
        Assert.Equal(("Drain", 7), (State(drained), (int)drained.Properties["Weight"].Value));
        Assert.Single(Servers(), server => State(server) == "Drain");

        var everywhere = _shell.Run("Set-HaproxyServer shop_10000 $one.Server -State Maint -PassThru").ThrowIfFailed().Output;
        Assert.Equal(["Maintenance", "Maintenance"], everywhere.Select(State));
        var back = _shell.Run("Get-HaproxyBackendStat shop_10000 | Set-HaproxyServer -State Ready -PassThru").ThrowIfFailed().Output;
        Assert.Equal(4, back.Count);
        Assert.All(back, server => Assert.Equal("Serving", State(server)));

        var added = _shell.Run("Add-HaproxyServer shop_10000 debug 127.0.0.1:9 -Weight 3 -PassThru").ThrowIfFailed().Output;
        Assert.Equal(["Serving", "Serving"], added.Select(State));
        Assert.Equal(2, _shell.Run("Add-HaproxyServer shop_10000 debug 127.0.0.1:9").Errors.Count(e => e.FullyQualifiedErrorId.StartsWith("ServerExists,", StringComparison.Ordinal)));
        Assert.Equal("InvalidServerAddress", _shell.Run("Add-HaproxyServer shop_10000 more nonsense -LoadBalancer $one.LoadBalancer").ErrorId);
        Assert.Equal(2, _shell.Run("Remove-HaproxyServer shop_10000 deb* -PassThru").ThrowIfFailed().Output.Count);
        Assert.Equal(4, Servers().Count);

        var backend = _shell.Run("Set-HaproxyServer nowhere_1 x -State Ready");
        Assert.Equal("BackendNotFound", backend.ErrorId);
        Assert.Contains(Backend, backend.Error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.Equal("ServerNotFound", _shell.Run("Set-HaproxyServer shop_10000 nobody -State Ready").ErrorId);
        Assert.Empty(_shell.Run("Set-HaproxyServer shop_10000 nobody* -State Ready").ThrowIfFailed().Output);
        Assert.Equal("LoadBalancerNotFound", _shell.Run("Set-HaproxyServer shop_10000 * -LoadBalancer 10.* -State Ready").ErrorId);

        _shell.Run("$lab = Get-BlueGreenSession lab; Connect-BlueGreen $lab.MarathonUri $lab.MarathonLbUri -Name bare").ThrowIfFailed();
        Assert.Equal("NoHaproxySocket", _shell.Run("Set-HaproxyServer shop_10000 $one.Server -LoadBalancer $one.LoadBalancer -State Drain").ErrorId);
        _shell.Run("Connect-BlueGreen $lab.MarathonUri $lab.MarathonLbUri -HaproxySocket $lab.HaproxySocket[1] -Name half").ThrowIfFailed();
        Assert.Equal("NoHaproxySocket", _shell.Run("Set-HaproxyServer shop_10000 $one.Server -State Drain").ErrorId);
        Assert.All(_shell.Run("Test-BlueGreenSession -Detailed -Session lab").Get<bool>("Ok"), Assert.True);
    }

    [Theory]
    [InlineData("-HaproxySocket /var/run/haproxy.sock", "InvalidSocketAddress")]
    [InlineData("-HaproxySocket unix:/nowhere/haproxy.sock", "HaproxySocketUnreachable")]
    [InlineData("-HaproxyMasterSocket 127.0.0.1:1", "HaproxySocketUnreachable")]
    public async Task A_socket_that_cannot_be_used_is_an_error_at_connecting(string parameters, string errorId)
    {
        await using var marathon = await SmallMarathon.StartAsync();
        Assert.Equal(errorId, _shell.Run($"Connect-BlueGreen $args[0] {parameters}", marathon.Uri).ErrorId);
        Assert.Empty(_shell.Run("Get-BlueGreenSession").ThrowIfFailed().Output);
    }

    public void Dispose() => _shell.Dispose();

    private static string State(PSObject server) => server.Properties["State"].Value.ToString()!;

    private IReadOnlyList<PSObject> Servers() => _shell.Run("Get-HaproxyBackendStat shop_10000").ThrowIfFailed().Output;
}
