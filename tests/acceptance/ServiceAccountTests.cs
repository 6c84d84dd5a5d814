using System.Management.Automation;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using BlueGreen.Acceptance.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace BlueGreen.Acceptance;

public sealed class ServiceAccountTests : MarathonTest
{
    private const string Connect = "Connect-BlueGreen $args[0] -DcosServiceAccount $args[1] -Name account -Debug -Verbose";

    [Fact]
    public async Task A_service_account_signs_in_and_none_of_its_secrets_shows_in_any_stream()
    {
        await using var login = await LoginAsync();
        using var key = RSA.Create(2048);
        var account = new JsonObject
        {
            ["uid"] = "deployer", ["private_key"] = key.ExportPkcs8PrivateKeyPem(), ["scheme"] = "RS256", ["login_endpoint"] = login.Urls.Single() + "/login",
        };
        var outcome = WithFile(account.ToJsonString(), file => Shell.Run(Connect, Marathon.Uri, file));
        outcome.ThrowIfFailed();
        Assert.Equal("token=geheim", Marathon.LastAuthorization);
        Assert.Contains(outcome.Debug, line => line.Contains("/login: 200", StringComparison.Ordinal));
        Assert.DoesNotContain(
            outcome.Debug.Concat(outcome.Verbose).Append(Shell.Render("Get-BlueGreenSession | ForEach-Object { $_.PSObject.Properties.Value | Out-Default }")),
            text => text.Contains("geheim", StringComparison.Ordinal) || text.Contains("PRIVATE", StringComparison.Ordinal));
    }

    [Fact]
    public void A_file_that_is_no_service_account_is_an_error_that_says_why_and_opens_no_session()
    {
        var outcome = WithFile("""{"uid":"deployer"}""", file => Shell.Run(Connect, Marathon.Uri, file));
        Assert.Equal("ServiceAccountUnreadable", outcome.ErrorId);
        Assert.Equal(ErrorCategory.InvalidData, outcome.Error.CategoryInfo.Category);
        Assert.Contains("private_key", outcome.Error.ToString(), StringComparison.Ordinal);
        Assert.Equal("FileNotFound", Shell.Run(Connect, Marathon.Uri, "/no/such/account.json").ErrorId);
        Assert.Equal(["small"], Shell.Run("Get-BlueGreenSession").Get<string>("Name"));
    }

    [Fact]
    public void The_tasks_of_an_app_can_stand_for_the_load_balancers()
    {
        Shell.Run("$null = Connect-BlueGreen $args[0] marathon:/infra/marathon-lb -Name lb", Marathon.Uri).ThrowIfFailed();
        Assert.Equal("LoadBalancerAppNotFound", Shell.Run("Get-HaproxyInstance -Session lb").ErrorId);
        Assert.Equal("InvalidAddress", Shell.Run("Connect-BlueGreen $args[0] marathon://marathon-lb", Marathon.Uri).ErrorId);
    }

    private static async Task<WebApplication> LoginAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Run(http =>
        {
            http.Response.Cookies.Append("dcos-acs-auth-cookie", "geheim");
            return http.Response.WriteAsync("{}");
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }

    private static T WithFile<T>(string content, Func<string, T> use)
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, content);
            return use(file);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
