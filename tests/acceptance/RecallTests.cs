using System.Collections;
using BlueGreen.Acceptance.Support;

namespace BlueGreen.Acceptance;

/// <summary>With HAProxy's admin sockets the tasks of the colour that comes back serve again themselves, on real HAProxy and under load.</summary>
public sealed class RecallTests : IDisposable
{
    private readonly ModuleRunspace _shell = new();

    [Theory]
    // With a check of HAProxy's own, and without one: then a server that comes back stays down for good.
    [InlineData("@{ protocol = 'HTTP'; path = '/health'; portIndex = 0; gracePeriodSeconds = 30; intervalSeconds = 1; timeoutSeconds = 5 }")]
    [InlineData("@{ protocol = 'COMMAND'; command = @{ value = 'bash -c \"exec 3<>/dev/tcp/$HOST/$PORT0\"' }; gracePeriodSeconds = 30; intervalSeconds = 1; timeoutSeconds = 5 }")]
    public async Task The_colours_take_turns_and_an_undo_goes_back_without_a_single_fresh_task(string healthCheck)
    {
        var lab = _shell.Run("Start-BlueGreenLab -LoadBalancers 2 -AdminSocket").Single;
        Deploy($"-Definition @{{ id = '/shop'; cmd = '{Command(1)}'; instances = 3; cpus = 0.1; mem = 32; portDefinitions = @(@{{ port = 10000 }}); healthChecks = @({healthCheck}); "
            + "labels = @{ HAPROXY_GROUP = 'external'; HAPROXY_DEPLOYMENT_GROUP = 'shop'; HAPROXY_DEPLOYMENT_ALT_PORT = '10001'; HAPROXY_0_MODE = 'http' } }");
        using var load = Load.Start(((IEnumerable)lab.Properties["MarathonLbUri"].Value).Cast<Uri>().Select(uri => $"http://{uri.Host}:10000"));
        await Eventually.IsTrueAsync(() => load.Served > 100, "the load is under way");

        // Stopped with all of green and all of blue there, by a no to the removal.
        Deploy($"-InputObject (Get-MarathonApp /shop-blue) -Cmd '{Command(2)}' -PreKill {{ $false }}", ends: "Held");
        var (blue, green) = (Tasks("/shop-blue"), Tasks("/shop-green"));

        foreach (var colour in new[] { "Blue", "Green", "Blue" })
        {
            var plan = _shell.Run($"Switch-DeploymentGroup shop -To {colour} -WhatIf").Get<string>("Action");
            Assert.Equal("Recall the 3 tasks that are out of the pool, by the admin sockets", plan.First());
            Assert.Equal("Switched", Result(_shell.Run($"Switch-DeploymentGroup shop -To {colour} -Force")));
            Assert.Equal(colour.ToLowerInvariant(), _shell.Run("(Get-DeploymentGroup shop).LiveColour").Single.BaseObject);
        }

        Assert.Equal((blue, green), (Tasks("/shop-blue"), Tasks("/shop-green")));
        Assert.Equal("Switched", Result(_shell.Run("Switch-DeploymentGroup shop -To Green -Force")));
        Assert.Equal("Undone", Result(_shell.Run("Undo-BlueGreenDeployment shop -Force")));
        Assert.Equal(blue, Tasks("/shop-blue"));
        Assert.Equal(["/shop-blue"], _shell.Run("Get-MarathonApp").Get<string>("Id"));
        Assert.Equal(0, (long)(await load.StopAsync())["lost"]!);
    }

    public void Dispose() => _shell.Dispose();

    private static string Command(int version) => $"dotnet \"{BuiltModule.Lab}\" serve --version {version}";

    private static string Result(Outcome outcome) => outcome.Single.Properties["Result"].Value.ToString()!;

    private void Deploy(string what, string ends = "Created") =>
        Assert.Equal(ends, Assert.Single(_shell.Run($"Start-BlueGreenDeployment {what} -Force").Output).Properties["Result"].Value.ToString());

    private string Tasks(string app) => string.Join(" ", _shell.Run($"Get-MarathonTask -AppId {app}").Get<string>("Id").Order());
}
