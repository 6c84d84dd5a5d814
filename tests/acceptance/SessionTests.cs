using System.Management.Automation;
using BlueGreen.Acceptance.Support;

namespace BlueGreen.Acceptance;

public sealed class SessionTests : MarathonTest
{
    [Fact]
    public void Without_a_session_the_error_says_how_to_open_one()
    {
        using var other = new ModuleRunspace();
        var outcome = other.Run("Get-MarathonApp");
        Assert.Equal("NotConnected", outcome.ErrorId);
        Assert.Contains("Connect-BlueGreen", outcome.Error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_session_opened_last_is_the_default_and_another_can_be_named()
    {
        await using var second = await SmallMarathon.StartAsync();
        Marathon.Add("/first", 1);
        second.Add("/second", 1);
        Shell.Run("$null = Connect-BlueGreen $args[0] -Name second", second.Uri).ThrowIfFailed();
        Assert.Equal(["/second"], Shell.Run("Get-MarathonApp").Get<string>("Id"));
        Assert.Equal(["/first"], Shell.Run("Get-MarathonApp -Session small").Get<string>("Id"));
        Assert.Equal(["/first"], Shell.Run("Get-MarathonApp -Session (Get-BlueGreenSession small)").Get<string>("Id"));
        Assert.Equal(["second"], Shell.Run("Get-BlueGreenSession -Default").Get<string>("Name"));
        Shell.Run("Disconnect-BlueGreen").ThrowIfFailed();
        Assert.Equal(["/first"], Shell.Run("Get-MarathonApp").Get<string>("Id"));
    }

    [Fact]
    public void A_name_that_no_session_has_is_an_error_that_says_so() =>
        Assert.Contains("no open session 'nobody'", Shell.Run("Get-MarathonApp -Session nobody").Error.ToString(), StringComparison.Ordinal);

    [Fact]
    public void The_addresses_of_a_session_can_be_taken_one_by_one() =>
        Assert.Equal(Marathon.Uri, Shell.Run("(Get-BlueGreenSession).MarathonUri[0].AbsoluteUri").ThrowIfFailed().Single.BaseObject.ToString()!.TrimEnd('/'));

    [Fact]
    public void A_session_that_was_closed_is_not_used_any_more() =>
        Assert.Equal("SessionClosed", Shell.Run("$s = Get-BlueGreenSession; Disconnect-BlueGreen $s; Get-MarathonApp -Session $s").ErrorId);

    [Fact]
    public void A_cluster_that_does_not_answer_is_an_error_with_a_category_and_opens_no_session()
    {
        var outcome = Shell.Run("$ErrorActionPreference = 'Stop'; Connect-BlueGreen http://127.0.0.1:9 -TimeoutSec 1; 'not reached'");
        Assert.NotNull(outcome.Failure);
        Assert.Equal(ErrorCategory.ConnectionError, outcome.Error.CategoryInfo.Category);
        Assert.Equal(["small"], Shell.Run("Get-BlueGreenSession").Get<string>("Name"));
    }

    [Fact]
    public void A_credential_is_sent_and_shows_in_no_stream()
    {
        var outcome = Shell.Run(
            """
            $secret = [System.Security.SecureString]::new()
            'pa55word'.ToCharArray() | ForEach-Object { $secret.AppendChar($_) }
            $session = Connect-BlueGreen $args[0] -Credential ([pscredential]::new('ann', $secret)) -Debug -Verbose
            $session
            Get-MarathonApp -Session $session -Debug
            """, Marathon.Uri);
        outcome.ThrowIfFailed();
        Assert.Equal("Basic " + Convert.ToBase64String("ann:pa55word"u8.ToArray()), Marathon.LastAuthorization);
        Assert.NotEmpty(outcome.Debug);
        Assert.DoesNotContain(
            outcome.Debug.Concat(outcome.Verbose).Append(Shell.Render("Get-BlueGreenSession | ForEach-Object { $_.PSObject.Properties.Value | Out-Default }")),
            text => text.Contains("pa55word", StringComparison.Ordinal) || text.Contains("YW5u", StringComparison.Ordinal));
    }

    [Fact]
    public void The_test_of_a_session_says_yes_or_no_or_each_endpoints_answer()
    {
        var checks = Shell.Run("Test-BlueGreenSession -Detailed").ThrowIfFailed().Output;
        Assert.Contains(checks, c => (string)c.Properties["Role"].Value == "Marathon" && (bool)c.Properties["Ok"].Value);
        // The small cluster has no load balancer.
        var outcome = Shell.Run("Test-BlueGreenSession");
        Assert.Equal(false, outcome.Single.BaseObject);
        Assert.Contains("no load balancer", Assert.Single(outcome.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Commands_about_load_balancers_say_when_there_is_none() =>
        Assert.All(["Get-HaproxyInstance", "Get-HaproxyBackendStat"], command => Assert.Equal("NoLoadBalancer", Shell.Run(command).ErrorId));
}
