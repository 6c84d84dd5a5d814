using BlueGreen.Engine.Deployment;
using ZddExitCodes = BlueGreen.Zdd.Running.ExitCodes;

namespace BlueGreen.Host.Tests.Zdd;

public sealed class ExitCodeTests
{
    private const string Blue = """
        {"id": "/nginx-blue", "instances": 2, "deployments": [], "healthChecks": [{}],
         "container": {"docker": {"portMappings": [{"servicePort": 10000}]}},
         "labels": {"HAPROXY_DEPLOYMENT_GROUP": "nginx", "HAPROXY_DEPLOYMENT_ALT_PORT": "10001", "HAPROXY_DEPLOYMENT_COLOUR": "blue"}}
        """;

    private static readonly string Green = Blue.Replace("blue", "green", StringComparison.Ordinal);

    [Fact]
    public async Task No_answered_is_1_and_nothing_is_created()
    {
        await using var marathon = ScriptedMarathon.With();

        var run = await ZddRun.Of(marathon.Address, ZddRun.App, "n\n", []);

        Assert.Equal(1, run.ExitCode);
        Assert.EndsWith("}\nContinue with deployment? [Y/n] ", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(marathon.Requests, request => request.What.StartsWith("POST", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_command_line_that_cannot_be_followed_is_2_with_the_usage_on_standard_error()
    {
        var run = await ZddRun.Of("http://m", ZddRun.App, "--unknown");

        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.StartsWith("usage: bluegreen zdd [-h]", run.Errors, StringComparison.Ordinal);
        Assert.EndsWith($"bluegreen zdd: error: unrecognized arguments: --unknown{Environment.NewLine}", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deployment_under_way_is_2_and_names_the_ways_on()
    {
        await using var marathon = ScriptedMarathon.With(Blue, Green);

        var run = await ZddRun.Of(marathon.Address, ZddRun.App, "--force");

        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.Contains("existing deployment in progress", run.Errors, StringComparison.Ordinal);
        Assert.Contains("--complete-prev", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unreadable_file_is_2_with_line_and_column()
    {
        var run = await ZddRun.Of("http://127.0.0.1:1", "{\n  \"id\" oops }");

        Assert.Equal(2, run.ExitCode);
        Assert.Matches(@"\(2,\d+\)", run.Errors);
    }

    [Theory]
    [InlineData("--complete-cur")]
    [InlineData("--complete-prev")]
    public async Task Completing_without_two_colours_is_3(string flag)
    {
        await using var marathon = ScriptedMarathon.With(Blue);

        Assert.Equal(3, (await ZddRun.Of(marathon.Address, ZddRun.App, flag)).ExitCode);
    }

    [Theory]
    [InlineData("--log-level", "loud")]
    [InlineData("--auth-credentials", "userpass")]
    [InlineData("--new-instances", "-1")]
    public async Task Arguments_that_make_no_sense_are_3(string option, string value)
    {
        await using var marathon = ScriptedMarathon.With();

        Assert.Equal(3, (await ZddRun.Of(marathon.Address, ZddRun.App, option, value)).ExitCode);
    }

    [Theory]
    [InlineData("\"id\": \"nginx\", ", "no id")]
    [InlineData("\"HAPROXY_DEPLOYMENT_GROUP\": \"nginx\", ", "HAPROXY_DEPLOYMENT_GROUP")]
    [InlineData("\"HAPROXY_DEPLOYMENT_ALT_PORT\": \"10001\", ", "HAPROXY_DEPLOYMENT_ALT_PORT")]
    [InlineData(", \"servicePort\": 10000", "no service port")]
    public async Task What_the_app_lacks_is_4_before_anything_is_asked_of_the_cluster(string removed, string named)
    {
        await using var marathon = ScriptedMarathon.With();

        var run = await ZddRun.Of(marathon.Address, ZddRun.App.Replace(removed, "", StringComparison.Ordinal));

        Assert.Equal((4, ""), (run.ExitCode, run.Output));
        Assert.Contains(named, run.Errors, StringComparison.Ordinal);
        Assert.Empty(marathon.Requests);
    }

    [Fact]
    public async Task A_load_balancer_that_cannot_be_read_is_5_and_nothing_is_created()
    {
        await using var marathon = ScriptedMarathon.With(Blue);

        var run = await ZddRun.Of(marathon.Address, ZddRun.App, "--force");

        Assert.Equal(5, run.ExitCode);
        Assert.Contains("127.0.0.1:1", run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain(marathon.Requests, request => request.What.StartsWith("POST", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(500)]
    public async Task A_Marathon_that_does_not_tell_its_apps_is_6(int status)
    {
        await using var marathon = new ScriptedMarathon(_ => (status, """{"message":"no"}"""));

        Assert.Equal(6, (await ZddRun.Of(marathon.Address, ZddRun.App)).ExitCode);
    }

    [Theory]
    [InlineData("marathon:8080")]
    [InlineData("http://127.0.0.1:1")]
    public async Task A_Marathon_that_cannot_be_reached_is_6(string address) => Assert.Equal(6, (await ZddRun.Of(address, ZddRun.App)).ExitCode);

    [Theory]
    [InlineData(422)]
    [InlineData(401)]
    [InlineData(409)]
    public async Task An_app_that_is_not_taken_is_7(int status)
    {
        await using var marathon = new ScriptedMarathon(what =>
            what == "GET /v2/apps" ? (200, """{"apps":[]}""") : (status, """{"message":"Object is not valid"}"""));

        var run = await ZddRun.Of(marathon.Address, ZddRun.App, "--force");

        Assert.Equal(7, run.ExitCode);
        Assert.Contains("Error while creating the app", run.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ActKind.Delete, 8)]
    [InlineData(ActKind.Kill, 9)]
    [InlineData(ActKind.Scale, 9)]
    public void A_change_that_Marathon_refuses_on_the_way_has_its_own_code(ActKind act, int exitCode) =>
        Assert.Equal(exitCode, (int)ZddExitCodes.Of(Ended(DeploymentResult.Held, "PermissionDenied") with { FailedAct = act }));

    [Theory]
    [InlineData(DeploymentResult.Completed, null, 0)]
    [InlineData(DeploymentResult.Hybrid, null, 0)]
    [InlineData(DeploymentResult.Undone, null, 0)]
    [InlineData(DeploymentResult.Stopped, null, 1)]
    [InlineData(DeploymentResult.Held, "PreKillRefused", 2)]
    [InlineData(DeploymentResult.Held, "LoadBalancerTimeout", 5)]
    [InlineData(DeploymentResult.Held, "MarathonUnreachable", 6)]
    [InlineData(DeploymentResult.Held, "DrainTimeout", 10)]
    [InlineData(DeploymentResult.Held, "HealthTimeout", 10)]
    public void How_a_deployment_ends_has_a_code(DeploymentResult result, string? reasonId, int exitCode) =>
        Assert.Equal(exitCode, (int)ZddExitCodes.Of(Ended(result, reasonId)));

    [Fact]
    public async Task An_app_without_health_checks_is_refused_unless_it_is_allowed()
    {
        await using var marathon = ScriptedMarathon.With(Blue);
        var app = ZddRun.App.Replace("healthChecks", "noChecks", StringComparison.Ordinal);

        var refused = await ZddRun.Of(marathon.Address, app, "--force");
        var allowed = await ZddRun.Of(marathon.Address, app, "--force", "--allow-no-health-checks");

        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("--allow-no-health-checks", refused.Errors, StringComparison.Ordinal);
        // On to the load balancers, of which there is none here.
        Assert.Equal(5, allowed.ExitCode);
    }

    [Theory]
    [InlineData("--auth-credentials", "me:se:cret")]
    [InlineData("--marathon-auth-credential-file", null)]
    public async Task The_credential_is_sent_and_never_shown(string option, string? value)
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "me:se:cret\nmore\n", TestContext.Current.CancellationToken);
        await using var marathon = ScriptedMarathon.With();

        var run = await ZddRun.Of(marathon.Address, ZddRun.App, "--dry-run", "--log-level", "NOTSET", option, value ?? file);
        File.Delete(file);

        Assert.Equal(0, run.ExitCode);
        Assert.Equal("Basic " + Convert.ToBase64String("me:se:cret"u8), marathon.LastAuthorization);
        Assert.DoesNotContain("cret", run.Errors + run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_account_is_read_unless_a_user_is_given_and_never_shown()
    {
        await using var marathon = ScriptedMarathon.With();

        var read = await ZddRun.Of(marathon.Address, ZddRun.App, "--dry-run", "--dcos-auth-credentials", """{"uid": "me", "private_key": "cret"}""");
        var passedBy = await ZddRun.Of(marathon.Address, ZddRun.App, "--dry-run", "--dcos-auth-credentials", "cret", "--auth-credentials", "me:pass");

        Assert.Equal((2, 0), (read.ExitCode, passedBy.ExitCode));
        Assert.Contains("service account", read.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("cret", read.Errors.Replace("secret", "", StringComparison.Ordinal) + passedBy.Errors, StringComparison.Ordinal);
    }

    private static BlueGreenDeployment Ended(DeploymentResult result, string? reasonId) => new()
    {
        Group = "nginx", NewApp = "/nginx-green", Colour = "green", Reason = "so it went", StartedAt = DateTimeOffset.UnixEpoch, Result = result, ReasonId = reasonId,
    };
}
