using System.Net;
using System.Text.Json.Nodes;
using BlueGreen.Lab.Marathon;
using BlueGreen.Lab.Tests.Support;

namespace BlueGreen.Lab.Tests.Marathon;

public sealed class LaunchTests
{
    [Fact]
    public async Task A_crashing_app_is_launched_ever_more_slowly_and_the_queue_says_so()
    {
        await using var marathon = await TestMarathon.StartAsync();
        await marathon.PostAsync("/v2/apps", Apps.Sleeping("/a").With("cmd", "exit 3").With("backoffSeconds", 30));

        var waiting = await Eventually.GetAsync(
            async () => (await marathon.GetAsync("/v2/queue")).Value["queue"]!.AsArray().FirstOrDefault(q => q!["delay"].Int("timeLeftSeconds") > 0), "the launch is delayed");

        Assert.InRange(waiting["delay"].Int("timeLeftSeconds")!.Value, 25, 30);
        Assert.False(waiting["delay"]!["overdue"]!.GetValue<bool>());
        Assert.Equal(("/a", 1), (waiting["app"].Text("id"), waiting.Int("count")));
        var app = await marathon.AppAsync("a");
        Assert.Equal(("TASK_FAILED", "Command exited with status 3"), (app["lastTaskFailure"].Text("state"), app["lastTaskFailure"].Text("message")));
        Assert.Equal("TASK_FAILED", app["tasks"]![0].Text("state"));
        Assert.Empty(app["tasks"]![0]!["ports"]!.AsArray());
    }

    [Fact]
    public async Task Resetting_the_delay_launches_at_once()
    {
        await using var marathon = await TestMarathon.StartAsync();
        await marathon.PostAsync("/v2/apps", Apps.Sleeping("/x/a").With("cmd", "exit 3").With("backoffSeconds", 300));
        await marathon.AppAsync("x/a", a => a["lastTaskFailure"] is not null, "the task has failed");
        var first = (await marathon.AppAsync("x/a"))["lastTaskFailure"].Text("taskId");

        Assert.Equal(HttpStatusCode.NoContent, (await marathon.DeleteAsync("/v2/queue//x/a/delay")).Status);

        await marathon.AppAsync("x/a", a => a["lastTaskFailure"].Text("taskId") != first, "the task was launched again");
        Assert.Equal(HttpStatusCode.NotFound, (await marathon.DeleteAsync("/v2/queue/none/delay")).Status);
    }

    [Fact]
    public async Task A_task_that_ends_well_is_launched_again_after_its_back_off()
    {
        await using var marathon = await TestMarathon.StartAsync();
        await marathon.PostAsync("/v2/apps", Apps.Sleeping("/a").With("cmd", "exit 0").With("backoffSeconds", 0));

        await marathon.AppAsync("a", a => a["tasks"]!.AsArray().Any(t => int.Parse(t.Text("id")!.Split('.')[^1]) >= 3), "it was launched three times");
        Assert.Null((await marathon.AppAsync("a"))["lastTaskFailure"]);
    }

    [Fact]
    public async Task An_app_that_fits_no_agent_waits_in_the_queue_with_the_reason()
    {
        await using var marathon = await TestMarathon.StartAsync();
        await marathon.PostAsync("/v2/apps", Apps.Sleeping("/a", 2).With("constraints", new JsonArray(new JsonArray("hostname", "UNIQUE"))));
        await marathon.AppAsync("a", a => a.Int("tasksRunning") == 1, "one instance runs");

        var waiting = (await marathon.GetAsync("/v2/queue?embed=lastUnusedOffers")).Value["queue"]!.AsArray().Single()!;

        Assert.Equal(1, waiting.Int("count"));
        Assert.True(waiting["delay"]!["overdue"]!.GetValue<bool>());
        Assert.Equal("UnfulfilledConstraint", waiting["lastUnusedOffers"]![0]!["reason"]![0]!.GetValue<string>());
        var step = waiting["processedOffersSummary"]!["rejectSummaryLastOffers"]!.AsArray().Single(s => s.Int("declined") > 0)!;
        Assert.Equal("UnfulfilledConstraint", step.Text("reason"));
    }

    [Fact]
    public async Task Instances_are_spread_over_the_agents()
    {
        await using var marathon = await TestMarathon.StartAsync("127.0.0.1", "127.77.0.2");

        var app = await marathon.RunAsync(Apps.Serving("/a", 2).With("constraints", new JsonArray(new JsonArray("hostname", "UNIQUE"))));

        Assert.Equal(["127.0.0.1", "127.77.0.2"], app["tasks"]!.AsArray().Select(t => t.Text("host")!).Order());
        Assert.Equal(2, app.Int("tasksHealthy"));
    }

    [Fact]
    public async Task A_required_port_is_the_one_that_the_task_gets()
    {
        await using var marathon = await TestMarathon.StartAsync("127.77.0.3");

        var app = await marathon.RunAsync(Apps.Sleeping("/a").With("ports", new JsonArray(15123)).With("requirePorts", true));

        Assert.Equal(15123, app["tasks"]![0]!["ports"]![0]!.Int());
    }
}
