using System.Net;
using System.Text.Json.Nodes;
using BlueGreen.Lab.Marathon;
using BlueGreen.Lab.Tests.Support;

namespace BlueGreen.Lab.Tests.Marathon;

public sealed class EventsTests
{
    [Fact]
    public async Task A_stream_begins_with_its_own_attachment()
    {
        await using var marathon = await TestMarathon.StartAsync();
        using var events = new StreamReader(await marathon.OpenEventsAsync());

        var (type, data) = await Sse.NextAsync(events);

        Assert.Equal("event_stream_attached", type);
        Assert.Equal(("event_stream_attached", "127.0.0.1"), (data.Text("eventType"), data.Text("remoteAddress")));
        Assert.NotNull(data.Text("timestamp"));
    }

    [Fact]
    public async Task Without_the_right_Accept_header_there_is_no_stream()
    {
        await using var marathon = await TestMarathon.StartAsync();

        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await marathon.GetAsync("/v2/events")).Status);
    }

    [Fact]
    public async Task The_life_of_an_app_is_told_with_Marathons_names_and_members()
    {
        await using var marathon = await TestMarathon.StartAsync();
        using var events = new StreamReader(await marathon.OpenEventsAsync("?plan_format=light"));
        var app = await marathon.RunAsync(Apps.Sleeping("/a"));
        await marathon.DeployedAsync(await marathon.DeleteAsync("/v2/apps/a"));
        await marathon.PostAsync("/v2/apps", Apps.Sleeping("/end", 0));

        var seen = new List<(string Type, JsonObject Data)>();
        do seen.Add(await Sse.NextAsync(events));
        while (!(seen[^1].Type == "api_post_event" && seen[^1].Data["appDefinition"].Text("id") == "/end"));

        var post = seen.First(e => e.Type == "api_post_event").Data;
        Assert.Equal(("/v2/apps", "127.0.0.1", "/a"), (post.Text("uri"), post.Text("clientIp"), post["appDefinition"].Text("id")));

        var statuses = seen.Where(e => e.Type == "status_update_event").Select(e => e.Data).ToList();
        Assert.Equal(["TASK_STARTING", "TASK_RUNNING", "TASK_KILLING", "TASK_KILLED"], statuses.Select(s => s.Text("taskStatus")!));
        var task = app["tasks"]![0]!;
        Assert.All(statuses, status =>
        {
            Assert.Equal((task.Text("id"), "/a", "127.0.0.1", task.Text("version")), (status.Text("taskId"), status.Text("appId"), status.Text("host"), status.Text("version")));
            Assert.Equal(task["ports"]![0]!.Int(), status["ports"]![0]!.Int());
        });
        Assert.Equal("Command terminated with signal Terminated", statuses[^1].Text("message"));

        var conditions = seen.Where(e => e.Type == "instance_changed_event").Select(e => e.Data).ToList();
        Assert.Equal(["Scheduled", "Provisioned", "Starting", "Running", "Running", "Killing", "Killed"], conditions.Select(c => c.Text("condition")!));
        Assert.Equal(("/a", task.Text("version")), (conditions[3].Text("runSpecId"), conditions[3].Text("runSpecVersion")));

        var info = seen.First(e => e.Type == "deployment_info").Data;
        Assert.Equal(["id", "steps", "version"], info["plan"]!.AsObject().Select(m => m.Key));
        Assert.Equal("StartApplication", info["currentStep"]!["actions"]![0].Text("action"));
        Assert.Equal(3, seen.Count(e => e.Type == "deployment_step_success"));
        Assert.Equal(2, seen.Count(e => e.Type == "deployment_success" && e.Data["plan"].Text("id") == e.Data.Text("id")));
        Assert.Equal("/a", seen.Single(e => e.Type == "app_terminated_event").Data.Text("appId"));
        Assert.True(seen.Count(e => e.Type == "group_change_success") >= 2);
    }

    [Fact]
    public async Task A_filtered_stream_has_only_what_it_asked_for()
    {
        await using var marathon = await TestMarathon.StartAsync();
        using var events = new StreamReader(await marathon.OpenEventsAsync("?event_type=deployment_success&event_type=api_post_event"));

        await marathon.RunAsync(Apps.Sleeping("/a"));

        Assert.Equal("api_post_event", (await Sse.NextAsync(events)).Type);
        Assert.Equal("deployment_success", (await Sse.NextAsync(events)).Type);
    }

    [Fact]
    public async Task A_cancelled_deployment_is_told_as_failed()
    {
        await using var marathon = await TestMarathon.StartAsync();
        using var events = new StreamReader(await marathon.OpenEventsAsync("?event_type=deployment_failed"));
        var answer = await marathon.PostAsync("/v2/apps", Apps.Sleeping("/a").With("healthChecks", new JsonArray(Apps.Check())));

        await marathon.DeleteAsync($"/v2/deployments/{answer.DeploymentId}?force=true");

        Assert.Equal(answer.DeploymentId, (await Sse.NextAsync(events)).Data.Text("id"));
    }
}
