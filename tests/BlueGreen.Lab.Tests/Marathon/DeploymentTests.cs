using System.Net;
using System.Text.Json.Nodes;
using BlueGreen.Lab.Marathon;
using BlueGreen.Lab.Tests.Support;

namespace BlueGreen.Lab.Tests.Marathon;

public sealed class DeploymentTests
{
    [Fact]
    public async Task A_locked_app_is_refused_with_the_deployment_that_holds_it()
    {
        await using var marathon = await TestMarathon.StartAsync();
        var first = await marathon.PostAsync("/v2/apps", NeverHealthy("/a"));

        var second = await marathon.PutAsync("/v2/apps/a", new JsonObject { ["instances"] = 2 });

        Assert.Equal(HttpStatusCode.Conflict, second.Status);
        Assert.StartsWith("App is locked by one or more deployments. Override with the option '?force=true'.", second.Body.Text("message"));
        Assert.Equal(first.DeploymentId, second.Body!["deployments"]!.AsArray().Single().Text("id"));
        Assert.Equal(1, (await marathon.AppAsync("a")).Int("instances"));
    }

    [Fact]
    public async Task A_forced_change_takes_the_place_of_the_deployment_that_holds_the_app()
    {
        await using var marathon = await TestMarathon.StartAsync();
        await marathon.PostAsync("/v2/apps", NeverHealthy("/a"));

        var forced = await marathon.PutAsync("/v2/apps/a?force=true", new JsonObject { ["healthChecks"] = new JsonArray() });

        await marathon.DeployedAsync(forced);
        Assert.Empty((await marathon.GetAsync("/v2/deployments")).Value.AsArray());
        Assert.Equal(1, (await marathon.AppAsync("a")).Int("tasksRunning"));
    }

    [Fact]
    public async Task A_running_deployment_shows_its_steps_and_where_it_is()
    {
        await using var marathon = await TestMarathon.StartAsync();
        var answer = await marathon.PostAsync("/v2/apps", NeverHealthy("/a"));

        var deployment = (await marathon.GetAsync("/v2/deployments")).Value.AsArray().Single()!;

        Assert.Equal(answer.DeploymentId, deployment.Text("id"));
        Assert.Equal("/a", deployment["affectedApps"]!.AsArray().Single()!.GetValue<string>());
        Assert.Equal(["StartApplication", "ScaleApplication"], deployment["steps"]!.AsArray().Select(s => s!["actions"]![0].Text("action")!));
        Assert.Equal((2, 2), (deployment.Int("currentStep"), deployment.Int("totalSteps")));
        Assert.Equal("ScaleApplication", deployment["currentActions"]![0].Text("action"));
        Assert.Equal(answer.DeploymentId, (await marathon.AppAsync("a"))["deployments"]![0].Text("id"));
    }

    [Fact]
    public async Task Deleting_the_deployment_of_a_new_app_takes_the_app_away()
    {
        await using var marathon = await TestMarathon.StartAsync();
        var first = await marathon.PostAsync("/v2/apps", NeverHealthy("/a"));

        var back = await marathon.DeleteAsync($"/v2/deployments/{first.DeploymentId}");

        Assert.Equal(HttpStatusCode.OK, back.Status);
        Assert.NotEqual(first.DeploymentId, back.Value.Text("deploymentId"));
        await marathon.DeployedAsync(back);
        Assert.Equal(HttpStatusCode.NotFound, (await marathon.GetAsync("/v2/apps/a")).Status);
    }

    [Fact]
    public async Task Deleting_the_deployment_of_a_change_brings_the_old_configuration_back()
    {
        await using var marathon = await TestMarathon.StartAsync();
        await marathon.RunAsync(Apps.Sleeping("/a", 2));
        var change = await marathon.PutAsync("/v2/apps/a", NeverHealthy("/a").With("instances", 2));
        await marathon.AppAsync("a", app => app["tasks"]!.AsArray().Count > 2, "the new tasks are there");

        await marathon.DeployedAsync(await marathon.DeleteAsync($"/v2/deployments/{change.DeploymentId}"));

        var after = await marathon.AppAsync("a");
        Assert.Equal("exec sleep 1000", after.Text("cmd"));
        Assert.Null(after["healthChecks"]);
        Assert.Equal(2, after.Int("tasksRunning"));
        Assert.All(after["tasks"]!.AsArray(), t => Assert.Equal(after.Text("version"), t.Text("version")));
    }

    [Fact]
    public async Task A_forced_deletion_cancels_the_deployment_and_leaves_all_as_it_is()
    {
        await using var marathon = await TestMarathon.StartAsync();
        var first = await marathon.PostAsync("/v2/apps", NeverHealthy("/a"));

        var answer = await marathon.DeleteAsync($"/v2/deployments/{first.DeploymentId}?force=true");

        Assert.Equal(HttpStatusCode.Accepted, answer.Status);
        Assert.Empty((await marathon.GetAsync("/v2/deployments")).Value.AsArray());
        Assert.Equal(HttpStatusCode.OK, (await marathon.GetAsync("/v2/apps/a")).Status);
        var gone = await marathon.DeleteAsync($"/v2/deployments/{first.DeploymentId}");
        Assert.Equal((HttpStatusCode.NotFound, $"DeploymentPlan {first.DeploymentId} does not exist"), (gone.Status, gone.Body.Text("message")));
    }

    [Fact]
    public async Task A_deletion_goes_ahead_of_the_deployment_that_holds_the_app()
    {
        await using var marathon = await TestMarathon.StartAsync();
        await marathon.PostAsync("/v2/apps", NeverHealthy("/a"));

        await marathon.DeployedAsync(await marathon.DeleteAsync("/v2/apps/a"));

        Assert.Empty((await marathon.GetAsync("/v2/tasks")).Value["tasks"]!.AsArray());
    }

    [Theory]
    // capacity kept, capacity over; lowest and highest number of tasks while four are replaced
    [InlineData(1.0, 1.0, 4, 8)]
    [InlineData(1.0, 0.25, 4, 5)]
    [InlineData(0.5, 0.0, 2, 4)]
    [InlineData(1.0, 0.0, 4, 5)]
    public async Task A_replacement_stays_within_the_upgrade_strategy(double kept, double over, int lowest, int highest)
    {
        await using var marathon = await TestMarathon.StartAsync();
        await marathon.RunAsync(Apps.Sleeping("/a", 4).With("upgradeStrategy", new JsonObject
        {
            ["minimumHealthCapacity"] = kept, ["maximumOverCapacity"] = over,
        }));
        using var events = new StreamReader(await marathon.OpenEventsAsync("?event_type=status_update_event&event_type=deployment_success"));
        var running = 4;
        var (fewest, most) = (running, running);

        var change = await marathon.PutAsync("/v2/apps/a", new JsonObject { ["env"] = new JsonObject { ["X"] = "1" } });
        while (await Sse.NextAsync(events) is var (type, data) && !(type == "deployment_success" && data.Text("id") == change.DeploymentId))
        {
            running += data.Text("taskStatus") switch { "TASK_RUNNING" => 1, "TASK_KILLED" => -1, _ => 0 };
            (fewest, most) = (Math.Min(fewest, running), Math.Max(most, running));
        }

        Assert.InRange(fewest, lowest, 4);
        Assert.InRange(most, 4, highest);
        Assert.Equal((lowest < 4, highest > 4), (fewest < 4, most > 4));
        var after = await marathon.AppAsync("a");
        Assert.Equal(4, after["tasks"]!.AsArray().Count(t => t.Text("version") == after.Text("version")));
    }

    [Fact]
    public async Task Apps_start_after_those_they_depend_on()
    {
        await using var marathon = await TestMarathon.StartAsync();
        using var events = new StreamReader(await marathon.OpenEventsAsync("?event_type=status_update_event"));

        await marathon.DeployedAsync(await marathon.PutAsync("/v2/groups", new JsonObject
        {
            ["apps"] = new JsonArray(
                Apps.Sleeping("/first").With("dependencies", new JsonArray("/second")), Apps.Sleeping("/second")),
        }));

        var started = new List<string>();
        while (started.Count < 2)
        {
            var (_, data) = await Sse.NextAsync(events);
            if (data.Text("taskStatus") == "TASK_RUNNING") started.Add(data.Text("appId")!);
        }

        Assert.Equal(["/second", "/first"], started);
    }

    [Fact]
    public async Task A_readiness_check_holds_the_deployment_until_the_task_is_ready()
    {
        await using var marathon = await TestMarathon.StartAsync();
        var app = Apps.Serving("/a")
            .With("portDefinitions", new JsonArray(new JsonObject { ["port"] = 0, ["name"] = "http" }))
            .With("readinessChecks", new JsonArray(new JsonObject
            {
                ["portName"] = "http", ["path"] = "/health", ["intervalSeconds"] = 2, ["timeoutSeconds"] = 1,
                ["httpStatusCodesForReady"] = new JsonArray(503), ["preserveLastResponse"] = true,
            }));

        await marathon.PostAsync("/v2/apps", app);
        var result = await Eventually.GetAsync(
            async () => (await marathon.GetAsync("/v2/deployments")).Value.AsArray().SingleOrDefault()?["currentActions"]?[0]?["readinessCheckResults"]?.AsArray()
                .FirstOrDefault(r => r?["lastResponse"].Int("status") == 200),
            "the check has its first answer");

        Assert.False(result["ready"]!.GetValue<bool>());
        Assert.Equal((await marathon.TasksAsync("a")).Single().Text("id"), result.Text("taskId"));
        Assert.Single((await marathon.GetAsync("/v2/apps/a?embed=app.readiness")).Value["app"]!["readinessCheckResults"]!.AsArray());

        await marathon.DeployedAsync(await marathon.PutAsync("/v2/apps/a?force=true", new JsonObject { ["cmd"] = "exec $BLUEGREEN_LAB serve --unhealthy", ["healthChecks"] = new JsonArray() }));
        Assert.Equal(1, (await marathon.AppAsync("a")).Int("tasksRunning"));
    }

    /// <summary>Runs, but its health check is never passed nor counted.</summary>
    private static JsonObject NeverHealthy(string id) =>
        Apps.Sleeping(id).With("healthChecks", new JsonArray(Apps.Check().With("gracePeriodSeconds", 1000)));
}
