using System.Text.Json.Nodes;
using BlueGreen.Lab.Marathon;
using BlueGreen.Lab.Tests.Support;

namespace BlueGreen.Lab.Tests.Marathon;

public sealed class HealthTests
{
    [Theory]
    [InlineData("HTTP")]
    [InlineData("TCP")]
    [InlineData("MESOS_HTTP")]
    [InlineData("MESOS_TCP")]
    public async Task A_task_that_answers_becomes_healthy(string protocol)
    {
        await using var marathon = await TestMarathon.StartAsync();

        var app = await marathon.RunAsync(Apps.Serving("/a").With("healthChecks", new JsonArray(Apps.Check(protocol).With("delaySeconds", 0))));

        Assert.Equal((1, 0), (app.Int("tasksHealthy"), app.Int("tasksUnhealthy")));
        var task = app["tasks"]![0]!;
        var result = task["healthCheckResults"]!.AsArray().Single()!;
        Assert.True(result["alive"]!.GetValue<bool>());
        Assert.Equal(task.Text("id")!.Replace("._app.1", ""), result.Text("instanceId"));
        Assert.NotNull(result.Text("firstSuccess"));
    }

    [Fact]
    public async Task A_command_check_runs_in_the_tasks_sandbox_with_its_environment()
    {
        await using var marathon = await TestMarathon.StartAsync();

        var app = await marathon.RunAsync(Apps.Sleeping("/a").With("env", new JsonObject { ["MINE"] = "yes" }).With("healthChecks", new JsonArray(new JsonObject
        {
            ["protocol"] = "COMMAND", ["delaySeconds"] = 0, ["intervalSeconds"] = 1,
            ["command"] = new JsonObject { ["value"] = "test \"$MINE\" = yes && test -f stdout && test \"$PWD\" = \"$MESOS_SANDBOX\"" },
        })));

        Assert.Equal(1, app.Int("tasksHealthy"));
    }

    [Fact]
    public async Task Failures_in_the_grace_period_do_not_count()
    {
        await using var marathon = await TestMarathon.StartAsync();
        await marathon.PostAsync("/v2/apps", Apps.Serving("/a", options: "--unhealthy"));

        var app = await marathon.AppAsync("a", a => a.Int("tasksUnhealthy") == 1, "a first result is there");

        var result = app["tasks"]![0]!["healthCheckResults"]![0]!;
        Assert.False(result["alive"]!.GetValue<bool>());
        Assert.Equal(0, result.Int("consecutiveFailures"));
        Assert.Null(result.Text("lastFailure"));
    }

    [Fact]
    public async Task A_task_that_fails_once_more_than_permitted_is_killed_and_replaced()
    {
        await using var marathon = await TestMarathon.StartAsync();
        using var events = new StreamReader(await marathon.OpenEventsAsync());
        await marathon.PostAsync("/v2/apps", Apps.Serving("/a", options: "--unhealthy")
            .With("healthChecks", new JsonArray(Apps.Check().With("gracePeriodSeconds", 0).With("maxConsecutiveFailures", 2))));

        var seen = new List<string>();
        JsonObject? kill = null;
        while (true)
        {
            var (type, data) = await Sse.NextAsync(events);
            if (type is "failed_health_check_event" or "unhealthy_instance_kill_event") seen.Add(type);
            kill ??= type == "unhealthy_instance_kill_event" ? data : null;
            if (type == "status_update_event" && data.Text("taskStatus") == "TASK_KILLED") break;
        }

        Assert.Equal(["failed_health_check_event", "failed_health_check_event", "failed_health_check_event", "unhealthy_instance_kill_event"], seen);
        Assert.Contains("503", kill.Text("reason"));
        var app = await marathon.AppAsync("a", a => a["tasks"]!.AsArray().Any(t => t.Text("id")!.EndsWith(".2", StringComparison.Ordinal)), "the task runs again");
        Assert.Equal("TASK_KILLED", app["lastTaskFailure"].Text("state"));
    }

    [Fact]
    public async Task Mesos_kills_at_the_last_permitted_failure_already()
    {
        await using var marathon = await TestMarathon.StartAsync();
        using var events = new StreamReader(await marathon.OpenEventsAsync("?event_type=failed_health_check_event&event_type=status_update_event"));
        await marathon.PostAsync("/v2/apps", Apps.Sleeping("/a").With("healthChecks", new JsonArray(new JsonObject
        {
            ["protocol"] = "COMMAND", ["command"] = new JsonObject { ["value"] = "false" },
            ["delaySeconds"] = 0, ["gracePeriodSeconds"] = 0, ["intervalSeconds"] = 1, ["maxConsecutiveFailures"] = 2,
        })));

        var failures = 0;
        while (await Sse.NextAsync(events) is var (type, data) && data.Text("taskStatus") != "TASK_KILLED")
        {
            if (type == "failed_health_check_event") failures++;
        }

        Assert.Equal(2, failures);
    }

    [Fact]
    public async Task A_deployment_waits_until_new_tasks_are_healthy()
    {
        await using var marathon = await TestMarathon.StartAsync();

        var answer = await marathon.PostAsync("/v2/apps", Apps.Serving("/a", options: "--start-delay 1500"));
        var early = await marathon.AppAsync("a", a => a.Int("tasksRunning") == 1, "the task runs");
        Assert.Single(early["deployments"]!.AsArray());

        await marathon.DeployedAsync(answer);
        Assert.Equal(1, (await marathon.AppAsync("a")).Int("tasksHealthy"));
    }

    [Fact]
    public async Task Health_changes_are_told_per_check_and_per_instance()
    {
        await using var marathon = await TestMarathon.StartAsync();
        using var events = new StreamReader(await marathon.OpenEventsAsync("?event_type=health_status_changed_event&event_type=instance_health_changed_event"));

        var app = await marathon.RunAsync(Apps.Serving("/a"));

        JsonObject? alive = null, healthy = null;
        while (alive is null || healthy is null)
        {
            var (type, data) = await Sse.NextAsync(events);
            if (type == "health_status_changed_event") alive = data;
            if (type == "instance_health_changed_event" && data["healthy"] is { } value && value.GetValue<bool>()) healthy = data;
        }

        var instance = app["tasks"]![0]!["healthCheckResults"]![0].Text("instanceId");
        Assert.Equal((instance, "/a", app.Text("version")), (alive.Text("instanceId"), alive.Text("appId"), alive.Text("version")));
        Assert.True(alive["alive"]!.GetValue<bool>());
        Assert.Equal((instance, "/a", app.Text("version")), (healthy.Text("instanceId"), healthy.Text("runSpecId"), healthy.Text("runSpecVersion")));
    }
}
