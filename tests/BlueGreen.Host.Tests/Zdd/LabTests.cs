using System.Text.Json.Nodes;

namespace BlueGreen.Host.Tests.Zdd;

/// <summary>The host's <c>zdd</c> on the embedded cluster, as a job would run it.</summary>
public sealed class LabTests
{
    private const string App = """
        {"id": "shop", "cmd": "$BLUEGREEN_LAB serve --version 1", "instances": 2, "cpus": 0.1, "mem": 64, "ports": [10000], "requirePorts": false,
         "healthChecks": [{"protocol": "HTTP", "path": "/health", "portIndex": 0, "gracePeriodSeconds": 10, "intervalSeconds": 1, "timeoutSeconds": 5}],
         "labels": {"HAPROXY_GROUP": "external", "HAPROXY_DEPLOYMENT_GROUP": "shop", "HAPROXY_DEPLOYMENT_ALT_PORT": "10001"}}
        """;

    [Fact]
    public async Task It_deploys_swaps_stops_where_it_is_told_to_and_goes_back()
    {
        using var app = new ScriptFile(App, "app.json");
        using var hook = new ScriptFile($"#!/bin/sh\nprintf '%s' \"$2\" > \"$0.tasks\"\n", "hook");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(hook.Path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        await using var lab = await LabCluster.Start();
        string[] cluster = ["zdd", "-m", lab.Marathon, "-l", lab.MarathonLb, "-j", app.Path, "--syslog-socket", "/dev/null"];

        Assert.Equal(0, (await HostRun.Of([.. cluster, "--force"])).ExitCode);
        await lab.Shows("/shop-blue 2/2");

        var dry = await HostRun.Of([.. cluster, "--dry-run"]);
        Assert.Equal((0, "/shop-green"), (dry.ExitCode, (string?)JsonNode.Parse(dry.Output)!["id"]));
        Assert.Equal("/shop-blue 2/2", await lab.Apps());

        var stopped = await Typing([.. cluster, "-i", "2"], "yes\nno\n");
        Assert.Equal(1, stopped.ExitCode);
        Assert.EndsWith("}\nContinue with deployment? [Y/n] Continue? [Y/n] ", stopped.Output, StringComparison.Ordinal);
        Assert.Equal("/shop-blue 2/2, /shop-green 2/2", await lab.Apps());

        Assert.Equal(2, (await HostRun.Of([.. cluster, "--force"])).ExitCode);

        var back = await HostRun.Of([.. cluster, "--complete-prev", "--force"]);
        Assert.True(back.ExitCode == 0, back.Errors);
        await lab.Shows("/shop-blue 2/2");

        var swapped = await HostRun.Of([.. cluster, "--force", "-i", "2", "--pre-kill-hook", hook.Path]);
        Assert.True(swapped.ExitCode == 0, swapped.Errors);
        Assert.Equal("/shop-green 2/2", await lab.Apps());
        Assert.Equal(2, JsonNode.Parse(await File.ReadAllTextAsync(hook.Path + ".tasks", TestContext.Current.CancellationToken))!.AsArray().Count);
    }

    [Theory]
    [InlineData("DELETE", "shop-blue", 8, "/shop-blue 2/2, /shop-green 2/2")]
    [InlineData("PUT", "shop-green", 9, "/shop-blue 2/2, /shop-green 1/1")]
    public async Task A_change_that_Marathon_does_not_permit_in_mid_way_has_its_own_code_and_everything_is_served(string method, string id, int exitCode, string left)
    {
        using var app = new ScriptFile(App, "app.json");
        await using var lab = await LabCluster.Start();
        await using var gateway = new RefusingGateway(lab.Marathon, what => what.StartsWith(method, StringComparison.Ordinal) && what.Contains(id, StringComparison.Ordinal));
        string[] cluster = ["zdd", "-m", gateway.Address, "-l", lab.MarathonLb, "-j", app.Path, "--syslog-socket", "/dev/null", "--force"];
        Assert.Equal(0, (await HostRun.Of(cluster)).ExitCode);
        await lab.Shows("/shop-blue 2/2");

        var refused = await HostRun.Of(cluster);

        Assert.True(refused.ExitCode == exitCode, refused.Errors);
        Assert.Contains("Not Authorized", refused.Errors, StringComparison.Ordinal);
        Assert.Equal(left, await lab.Apps());
    }

    [Fact]
    public async Task The_host_knows_no_engine_of_its_own_that_an_imported_module_could_get()
    {
        var result = await HostRun.Of("-Command", "[AppDomain]::CurrentDomain.GetData('TRUSTED_PLATFORM_ASSEMBLIES') -split ':' | ForEach-Object { Split-Path $_ -Leaf }");

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("Newtonsoft.Json.dll", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("BlueGreen.Engine.dll", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("YamlDotNet.dll", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_tells_where_it_differs()
    {
        var help = await HostRun.Of("zdd", "--help");
        var longHelp = await HostRun.Of("zdd", "--longhelp");

        Assert.Equal((0, "", 0, ""), (help.ExitCode, help.Errors, longHelp.ExitCode, longHelp.Errors));
        foreach (var option in BlueGreen.Zdd.CommandLine.Options.All)
        {
            foreach (var name in option.Names) Assert.Contains(name, help.Output, StringComparison.Ordinal);
        }

        Assert.Contains("What differs from zdd.py", help.Output, StringComparison.Ordinal);
        Assert.Contains("  10  held", longHelp.Output, StringComparison.Ordinal);
        Assert.All(help.Output.Split('\n'), line => Assert.InRange(line.Length, 0, 130));
    }

    private static async Task<HostResult> Typing(string[] arguments, string typed)
    {
        await using var run = HostRun.Start(arguments);
        await run.Types(typed);
        return await run.EndInput();
    }
}
