using System.Xml.Linq;
using BlueGreen.Engine.Deployment;
using BlueGreen.Engine.Deployment.Journaling;
using BlueGreen.Engine.Deployment.Reporting;
using BlueGreen.Engine.Marathon;
using BlueGreen.Simulation.Staged;

namespace BlueGreen.Engine.Tests.Deployment;

public sealed class ReportTests : IDisposable
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";
    private readonly string _folder = Directory.CreateTempSubdirectory("bluegreen").FullName;
    private readonly StagedCluster _cluster = new();

    [Fact]
    public async Task A_history_tells_what_the_deployment_told()
    {
        await Deploy();
        var deployment = await Deploy();

        var history = HistoryReader.Read(deployment.JournalFile!, verify: true);

        Assert.Equal(
            (deployment.Group, deployment.OldApp, deployment.NewApp, deployment.Result, deployment.Reason, deployment.Rounds, deployment.LowestServing, deployment.TasksKilled),
            (history.Group, history.OldApp, history.NewApp, history.Result!.Value, history.Reason, history.Rounds, history.LowestServing, history.TasksKilled));
        Assert.True(history.IsReproduced, history.Difference);
        Assert.Equal(2, HistoryReader.Find(_folder).Length);
        Assert.Contains(history.ReadEntries(), entry => entry is { Kind: "Acting" } && entry.Text.StartsWith("/shop-blue: Remove the app and its 4 tasks", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_driver_that_was_lost_leaves_a_history_without_a_result()
    {
        await Deploy();
        var file = (await Deploy()).JournalFile!;
        var lines = await File.ReadAllLinesAsync(file, TestContext.Current.CancellationToken);
        await File.WriteAllLinesAsync(file, lines.TakeWhile(line => !line.Contains("\"Delete\"", StringComparison.Ordinal)), TestContext.Current.CancellationToken);

        var history = HistoryReader.Read(file, verify: true);

        Assert.Null(history.Result);
        Assert.Equal(("/shop-green", 4, 0), (history.NewApp, history.Rounds, history.TasksKilled));
        Assert.Contains("driver was lost", history.Reason, StringComparison.Ordinal);
        Assert.True(history.IsReproduced, history.Difference);
        Assert.Contains("Unfinished", Page(history).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_has_the_timeline_the_share_the_drain_of_each_task_and_every_act()
    {
        await Deploy();
        var deployment = await Deploy();

        var page = Page(HistoryReader.Read(deployment.JournalFile!));

        var charts = page.Descendants(Svg + "svg").Select(svg => svg.Attribute("aria-label")!.Value).ToList();
        Assert.Equal(["Wanted and healthy tasks of each colour", "Tasks on 10.0.0.1:9090", "Tasks on 10.0.0.2:9090", "Share of the traffic in percent"], charts);
        Assert.All(page.Descendants(Svg + "path"), path => Assert.Matches(@"^M[\d.]+ [\d.]+", path.Attribute("d")!.Value));
        var rows = page.Descendants("tr").Select(row => row.Value).ToList();
        foreach (var proof in deployment.DrainProofs) Assert.Single(rows, row => row.StartsWith(proof.TaskId + proof.LoadBalancer, StringComparison.Ordinal) && row.Contains("ProcessSet", StringComparison.Ordinal));
        Assert.Single(page.Descendants("tr"), row => row.Attribute("class")?.Value == "kill" && row.Value.Contains("Remove the app and its 4 tasks", StringComparison.Ordinal));
        Assert.Equal(4, page.Descendants("tr").Count(row => row.Attribute("class")?.Value == "act"));
        Assert.Contains("Completed", page.Descendants("h1").Single().Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_held_deployment_shows_its_hold()
    {
        await Deploy();
        _cluster.RequestDuration = TimeSpan.FromHours(1);
        var deployment = await Deploy(new RolloutPolicy { DrainTimeout = TimeSpan.FromSeconds(10) });

        var page = Page(HistoryReader.Read(deployment.JournalFile!));

        Assert.Contains(page.Descendants("tr"), row => row.Attribute("class")?.Value == "hold" && row.Value.Contains("DrainTimeout", StringComparison.Ordinal));
        Assert.Contains(page.Descendants(Svg + "line"), line => line.Attribute("class")?.Value == "at hold");
    }

    [Fact]
    public async Task A_page_needs_nothing_from_outside_and_runs_nothing()
    {
        await Deploy();
        var html = ReportPage.Write(HistoryReader.Read((await Deploy()).JournalFile!));

        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("src=", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("href=", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("url(", html, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("prefers-color-scheme: dark", html, StringComparison.Ordinal);
        // As HTML only these may be closed within their own tag.
        Assert.DoesNotContain(Page(html).DescendantsAndSelf().Where(e => e.Name.Namespace == XNamespace.None && e.IsEmpty), e => e.Name.LocalName != "meta");
    }

    [Fact]
    public async Task Whatever_text_comes_from_elsewhere_is_only_text_on_the_page()
    {
        const string Nasty = "<script>alert('&\u0001\u001b[31m\ud800')</script>";
        await Deploy();
        var history = HistoryReader.Read((await Deploy()).JournalFile!) with { Reason = Nasty, Group = Nasty, Host = Nasty };

        var page = Page(history);

        Assert.Empty(page.Descendants("script"));
        Assert.StartsWith("<script>alert('&\uFFFD\uFFFD[31m\uFFFD')</script>", page.Descendants("h1").Single().Value, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static XElement Page(DeploymentHistory history) => Page(ReportPage.Write(history));

    private static XElement Page(string html)
    {
        const string Doctype = "<!DOCTYPE html>\n";
        Assert.StartsWith(Doctype, html, StringComparison.Ordinal);
        return XElement.Parse(html[Doctype.Length..]);
    }

    private Task<BlueGreenDeployment> Deploy(RolloutPolicy? policy = null) => new BlueGreenDeployer(_cluster.For() with { JournalFolder = _folder }).DeployAsync(
        AppDefinition.Parse(
            """
            {
              "id": "/shop", "instances": 4, "cmd": "run", "portDefinitions": [{"port": 10000}], "healthChecks": [{"protocol": "HTTP"}],
              "labels": {"HAPROXY_DEPLOYMENT_GROUP": "shop", "HAPROXY_DEPLOYMENT_ALT_PORT": "10001"}
            }
            """, "shop.json"),
        policy ?? new RolloutPolicy(), TestContext.Current.CancellationToken);
}
