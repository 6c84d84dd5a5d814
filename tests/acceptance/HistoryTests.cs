using System.Collections;
using System.Management.Automation;
using System.Xml.Linq;
using BlueGreen.Acceptance.Support;

namespace BlueGreen.Acceptance;

/// <summary>The journal of a deployment on a real cluster, its history and its page.</summary>
public sealed class HistoryTests(LabFixture lab) : IClassFixture<LabFixture>, IDisposable
{
    private const string Definition = """
        @{
            id = '/shop'; cmd = $args[0]; instances = 2; cpus = 0.1; mem = 32; portDefinitions = @(@{ port = 10000 }); env = @{ PASSWORD = 'secret1' }
            healthChecks = @(@{ protocol = 'HTTP'; path = '/health'; portIndex = 0; gracePeriodSeconds = 30; intervalSeconds = 1; timeoutSeconds = 5 })
            labels = @{ HAPROXY_GROUP = 'external'; HAPROXY_DEPLOYMENT_GROUP = 'shop'; HAPROXY_DEPLOYMENT_ALT_PORT = '10001' }
        }
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("bluegreen").FullName;

    private ModuleRunspace Shell => lab.Shell;

    [Fact]
    public void A_real_deployment_is_told_by_its_history_reproduced_by_a_replay_and_shown_by_its_page()
    {
        lab.Empty();
        // Deployments of other tests, which run at the same time, are no part of this history.
        Shell.Run("$lab = Get-BlueGreenSession lab; Connect-BlueGreen $lab.MarathonUri $lab.MarathonLbUri -Name own -JournalPath $args[0]", Path.Combine(_folder, "journal")).ThrowIfFailed();
        Shell.Run("Start-BlueGreenDeployment -Definition " + Definition + " -Force", Command(1)).ThrowIfFailed();
        var deployment = Shell.Run("Get-MarathonApp /shop-blue | Start-BlueGreenDeployment -Cmd $args[0] -Force", Command(2)).Single;
        var file = (string)deployment.Properties["JournalFile"].Value;

        var histories = Shell.Run("Get-BlueGreenHistory sh* -Verify").ThrowIfFailed().Output;
        var last = Shell.Run("Get-BlueGreenHistory -Last 1").Single;

        Assert.Equal(2, histories.Count);
        Assert.All(histories, h => Assert.True((bool?)h.Properties["IsReproduced"].Value, (string?)h.Properties["Difference"].Value));
        Assert.Equal(file, last.Properties["JournalFile"].Value);
        foreach (var name in new[] { "Group", "OldApp", "NewApp", "Reason", "Rounds", "LowestServing", "TasksKilled" }) Assert.Equal(deployment.Properties[name].Value, last.Properties[name].Value);
        Assert.DoesNotContain("secret1", File.ReadAllText(file), StringComparison.Ordinal);
        Assert.Contains(Shell.Run("Get-BlueGreenHistory -Path $args[0] -Detailed", file).Get<string>("Text"), text => text.Contains("Remove the app and its 2 tasks", StringComparison.Ordinal));
        Assert.Matches(@"(?m)^Started +Group +To +Result", Shell.Render("Get-BlueGreenHistory"));
        Assert.Empty(Shell.Run("Get-BlueGreenHistory nobody").ThrowIfFailed().Output);

        var page = Path.Combine(_folder, "shop.html");
        Assert.Empty(Shell.Run("$args[0] | Export-BlueGreenReport $args[1] -WhatIf", deployment, page).ThrowIfFailed().Output);
        Assert.False(File.Exists(page));
        Assert.Equal(page, Shell.Run("$args[0] | Export-BlueGreenReport $args[1] -PassThru", deployment, page).Single.Properties["FullName"].Value);
        Assert.Equal("ReportExists", Shell.Run("Get-BlueGreenHistory -Last 1 | Export-BlueGreenReport $args[0]", page).ErrorId);
        Shell.Run("Get-BlueGreenHistory -Last 1 | Export-BlueGreenReport $args[0] -Force", page).ThrowIfFailed();
        Shell.Run("Get-BlueGreenHistory | Export-BlueGreenReport $args[0]", Path.Combine(_folder, "all") + "/").ThrowIfFailed();
        Assert.Equal(histories.Count, Directory.GetFiles(Path.Combine(_folder, "all"), "*_shop_*.html").Length);
        var html = XElement.Parse(File.ReadAllText(page)["<!DOCTYPE html>".Length..]);
        var proofs = ((IEnumerable)deployment.Properties["DrainProofs"].Value).Cast<object>().Select(PSObject.AsPSObject).ToList();
        Assert.Equal(4, proofs.Count);
        foreach (var proof in proofs) Assert.Contains(html.Descendants("tr"), row => row.Value.StartsWith($"{proof.Properties["TaskId"].Value}{proof.Properties["LoadBalancer"].Value}", StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_no_journal_is_named_and_an_empty_path_means_none()
    {
        var file = Path.Combine(_folder, "other.jsonl");
        File.WriteAllText(file, "{\"a\": 1}\n");
        var outcome = Shell.Run("Get-BlueGreenHistory -Path $args[0]", _folder);
        Assert.Equal("JournalUnreadable", outcome.ErrorId);
        Assert.Contains($"{file} cannot be read, line 1", outcome.Error.ToString(), StringComparison.Ordinal);
        Assert.Equal("NoJournal", Shell.Run("5 | Export-BlueGreenReport $args[0]", Path.Combine(_folder, "x.html")).ErrorId);

        using var other = new ModuleRunspace();
        var uri = ((IEnumerable)lab.Session.Properties["MarathonUri"].Value).Cast<Uri>().First();
        Assert.Empty(other.Run("$null = Connect-BlueGreen $args[0] -JournalPath ''; Get-BlueGreenHistory", uri).ThrowIfFailed().Output);
        var own = Path.Combine(_folder, "own");
        Assert.Empty(other.Run("$null = Connect-BlueGreen $args[0] -JournalPath $args[1]; Get-BlueGreenHistory", uri, own).ThrowIfFailed().Output);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string Command(int version) => $"dotnet '{BuiltModule.Lab}' serve --version {version}";
}
