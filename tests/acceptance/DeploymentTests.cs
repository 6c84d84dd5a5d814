using System.Collections;
using System.Management.Automation;
using BlueGreen.Acceptance.Support;

namespace BlueGreen.Acceptance;

/// <summary>The main job on a real cluster: processes, health checks, two real HAProxy.</summary>
public sealed class DeploymentTests(LabFixture lab) : IClassFixture<LabFixture>
{
    private const int ServicePort = 10000;

    private const string Definition = """
        @{
            id = '/shop'; cmd = $args[0]; instances = $args[1]; cpus = 0.1; mem = 32
            portDefinitions = @(@{ port = 10000 })
            healthChecks = @(@{ protocol = 'HTTP'; path = '/health'; portIndex = 0; gracePeriodSeconds = 30; intervalSeconds = 1; timeoutSeconds = 5 })
            labels = @{ HAPROXY_GROUP = 'external'; HAPROXY_DEPLOYMENT_GROUP = 'shop'; HAPROXY_DEPLOYMENT_ALT_PORT = '10001' }
        }
        """;

    private ModuleRunspace Shell => lab.Shell;

    [Fact]
    public async Task A_new_version_takes_over_under_load_and_no_request_is_lost()
    {
        lab.Empty();
        await CreateServiceAsync(instances: 4);
        using var load = Load.Start(ServiceUrls());
        await Eventually.IsTrueAsync(() => load.Served > 200, "the load is under way");

        var deployment = Shell.Run(
            "Get-MarathonApp /shop | Start-BlueGreenDeployment -Cmd $args[0] -Force", Command(version: 2)).Single;
        var before = load.Served;
        await Eventually.IsTrueAsync(() => load.Served > before + 200, "the load goes on after the deployment");
        var counts = await load.StopAsync();

        Assert.Equal("Completed", deployment.Properties["Result"].Value.ToString());
        Assert.Equal(0, (long)counts["lost"]!);
        Assert.True((long)counts["served"]!["1"]! > 0 && (long)counts["served"]!["2"]! > 0, counts.ToJsonString());
        Assert.Empty((IEnumerable)deployment.Properties["TasksKilledUnproven"].Value);
        Assert.Equal(4, deployment.Properties["TasksKilled"].Value);
        var proofs = ((IEnumerable)deployment.Properties["DrainProofs"].Value).Cast<object>().Select(PSObject.AsPSObject).ToList();
        Assert.Equal(8, proofs.Count);
        Assert.All(proofs, proof => Assert.Equal(true, proof.Properties["IsDrained"].Value));
        Assert.Equal(["/shop-blue"], Shell.Run("Get-MarathonApp").Get<string>("Id"));

        var shown = Shell.Render("$args[0]", deployment.BaseObject);
        Assert.Matches(@"(?m)^Result +: Completed", shown);
        Assert.Matches(@"(?m)^DrainProofs +: shop\.[0-9a-f]{8}  127\.0\.\d\.\d:\d+ +drained  in", shown);
    }

    [Fact]
    public async Task In_a_cluster_without_room_for_both_colours_what_is_drained_makes_room()
    {
        lab.Empty();
        // The lab's machine has 1024 CPUs: six of these tasks fit.
        const string narrow = "$app = " + Definition + "; $app.cpus = 170; Start-BlueGreenDeployment -Definition $app -Force";
        Assert.Equal("Created", Shell.Run(narrow, Command(version: 1), 4).Single.Properties["Result"].Value.ToString());
        using var load = Load.Start(ServiceUrls());
        await Eventually.IsTrueAsync(() => load.Served > 200, "the load is under way");

        var deployment = Shell.Run(narrow, Command(version: 2), 4).Single;
        var counts = await load.StopAsync();

        Assert.Equal("Completed", deployment.Properties["Result"].Value.ToString());
        Assert.Equal(0, (long)counts["lost"]!);
        Assert.Empty((IEnumerable)deployment.Properties["TasksKilledUnproven"].Value);
        Assert.Equal(4, deployment.Properties["TasksKilled"].Value);
    }

    [Fact]
    public async Task WhatIf_is_the_whole_plan_in_steps_and_changes_nothing()
    {
        lab.Empty();
        await CreateServiceAsync(instances: 2);
        var before = Shell.Run("Get-MarathonApp").Get<string>("Version");
        var plan = Shell.Run("Get-MarathonApp /shop | Start-BlueGreenDeployment -Cmd x -WhatIf").ThrowIfFailed().Output;
        Assert.Equal(Enumerable.Range(1, plan.Count), plan.Select(step => (int)step.Properties["Number"].Value));
        Assert.Equal("/shop-blue", plan[0].Properties["Target"].Value);
        Assert.Contains(plan, step => ((string)step.Properties["Action"].Value).StartsWith("Remove", StringComparison.Ordinal));
        Assert.Equal(before, Shell.Run("Get-MarathonApp").Get<string>("Version"));
        Assert.Equal(plan.Count, Shell.Run("& { $WhatIfPreference = $true; Get-MarathonApp /shop | Start-BlueGreenDeployment -Cmd x }").ThrowIfFailed().Output.Count);
    }

    [Fact]
    public async Task PreKill_stops_before_tasks_are_killed_and_gets_both_apps_and_the_tasks()
    {
        lab.Empty();
        await CreateServiceAsync(instances: 2);
        const string hook = "-PreKill { param($Old, $Tasks, $New) $global:seen = @($Old.Id, @($Tasks).Count, $New.Id) -join ' '; ";
        var refused = Shell.Run($"Get-MarathonApp /shop | Start-BlueGreenDeployment -Cmd $args[0] -Force {hook} $false }}", Command(version: 2));
        Assert.Equal("PreKillRefused", refused.ErrorId);
        Assert.Equal("Held", Assert.Single(refused.Output).Properties["Result"].Value.ToString());

        var failed = Shell.Run($"Resume-BlueGreenDeployment shop -Force {hook} throw 'not on a Friday' }}");
        Assert.Equal("PreKillRefused", failed.ErrorId);
        Assert.Contains("not on a Friday", failed.Error.Exception.Message, StringComparison.Ordinal);
        Assert.Equal("PreKillRefused", Shell.Run("Resume-BlueGreenDeployment shop -Force -PreKill /bin/false").ErrorId);
        Assert.Equal("InvalidPreKill", Shell.Run("Resume-BlueGreenDeployment shop -Force -PreKill 5").ErrorId);
        Assert.Equal(2, Shell.Run("Get-MarathonApp /shop").Single.Properties["TasksHealthy"].Value);

        var done = Shell.Run($"Resume-BlueGreenDeployment shop -Force {hook} 'noted' }}").Single;
        Assert.Equal("Completed", done.Properties["Result"].Value.ToString());
        Assert.Equal("/shop 2 /shop-blue", Shell.Run("$global:seen").Single.BaseObject);
    }

    [Fact]
    public async Task A_version_that_does_not_get_healthy_is_held_with_a_result_and_an_error()
    {
        lab.Empty();
        await CreateServiceAsync(instances: 2);
        var outcome = Shell.Run(
            "Get-MarathonApp /shop | Start-BlueGreenDeployment -Cmd $args[0] -HealthTimeoutSec 5 -Force", Command(version: 2) + " --unhealthy");
        var result = Assert.Single(outcome.Output);
        Assert.Equal("Held", result.Properties["Result"].Value.ToString());
        Assert.Equal("HealthTimeout", outcome.ErrorId);
        Assert.Equal(ErrorCategory.OperationTimeout, outcome.Error.CategoryInfo.Category);
        Assert.Equal("/shop-blue", outcome.Error.TargetObject);
        Assert.NotEmpty(outcome.Error.ErrorDetails.RecommendedAction);
        Assert.Equal(2, Shell.Run("Get-MarathonApp /shop").Single.Properties["TasksHealthy"].Value);
        Assert.Equal(["Deploying"], Shell.Run("Get-DeploymentGroup").ThrowIfFailed().Output.Select(g => g.Properties["State"].Value.ToString()));
    }

    [Fact]
    public async Task Ctrl_C_in_mid_deployment_leaves_everything_served()
    {
        lab.Empty();
        await CreateServiceAsync(instances: 2);
        var outcome = await Shell.RunAndStopAsync(
            "Get-MarathonApp /shop | Start-BlueGreenDeployment -Cmd $args[0] -Force",
            () => Directory.GetDirectories((string)lab.Session.Properties["LabSandbox"].Value, "*shop-blue*", SearchOption.AllDirectories).Length > 0,
            Command(version: 2) + " --start-delay 60000");
        Assert.IsAssignableFrom<PipelineStoppedException>(outcome.Failure);
        Assert.Equal(2, Shell.Run("Get-MarathonApp /shop").Single.Properties["TasksHealthy"].Value);
        var serving = Serving();
        Assert.Equal(4, serving.Count);
        Assert.All(serving, server => Assert.StartsWith("shop.", (string)server.Properties["TaskId"].Value, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_answer_of_no_stops_before_anything_is_made()
    {
        lab.Empty();
        await CreateServiceAsync(instances: 2);
        Shell.Terminal.Answers.Enqueue("N");
        var deployment = Shell.Run("Get-MarathonApp /shop | Start-BlueGreenDeployment -Cmd x -Confirm").Single;
        Assert.Equal("Stopped", deployment.Properties["Result"].Value.ToString());
        Assert.Equal(["/shop"], Shell.Run("Get-MarathonApp").Get<string>("Id"));
    }

    [Fact]
    public void The_definition_of_the_guide_is_refused_since_Marathon_ignores_its_health_checks()
    {
        lab.Empty();
        var file = Path.Combine(BuiltModule.Root, "examples", "myapp.json");
        var findings = Shell.Run("Test-BlueGreenApp -Path $args[0] -Detailed", file);
        Assert.Equal(
            ["MisplacedHealthChecks", "NoAlternatePort", "NoDeploymentGroup", "NoHealthChecks", "NoLoadBalancerGroup", "NoServicePort"],
            findings.Get<string>("Id").Order());
        Assert.Equal(false, Shell.Run("Test-BlueGreenApp -Path $args[0] -WarningAction Ignore", file).Single.BaseObject);
        var outcome = Shell.Run("Start-BlueGreenDeployment -Path $args[0]", file);
        Assert.Equal("PreflightFailed", outcome.ErrorId);
        Assert.Contains("no health checks that Marathon sees", outcome.Error.ToString(), StringComparison.Ordinal);
        Assert.Contains(outcome.Warnings, w => w.Contains("container.docker", StringComparison.Ordinal));
        Assert.Empty(Shell.Run("Get-MarathonApp").ThrowIfFailed().Output);
    }

    [Fact]
    public async Task The_drain_of_tasks_that_serve_does_not_end_and_says_what_it_waits_for()
    {
        lab.Empty();
        await CreateServiceAsync(instances: 2);
        var outcome = Shell.Run("Get-MarathonTask /shop | Wait-BlueDrain -TimeoutSec 1");
        Assert.Equal(4, outcome.Output.Count);
        Assert.Equal(2, outcome.Errors.Count);
        Assert.All(outcome.Errors, e => Assert.StartsWith("DrainTimeout,", e.FullyQualifiedErrorId, StringComparison.Ordinal));
        Assert.Equal("TaskNotFound", Shell.Run("Wait-BlueDrain nowhere.1").ErrorId);
        Assert.Equal("NoOldColour", Shell.Run("Wait-BlueDrain -Group shop").ErrorId);
        Assert.Equal("GroupNotFound", Shell.Run("Wait-BlueDrain -Group nowhere").ErrorId);
    }

    private static string Command(int version) => $"dotnet '{BuiltModule.Lab}' serve --version {version}";

    private async Task CreateServiceAsync(int instances)
    {
        Shell.Run("New-MarathonApp -Definition " + Definition + " -Wait -TimeoutSec 60", Command(version: 1), instances).ThrowIfFailed();
        await Eventually.IsTrueAsync(() => Serving().Count == 2 * instances, "both load balancers serve the service");
    }

    private IReadOnlyList<PSObject> Serving() =>
        Shell.Run("Get-HaproxyBackendStat -AppId /shop | Where-Object State -eq 'Serving'").ThrowIfFailed().Output;

    private IEnumerable<string> ServiceUrls() => ((IEnumerable)lab.Session.Properties["MarathonLbUri"].Value).Cast<Uri>()
        .Select(uri => $"http://{uri.Host}:{ServicePort}");
}
