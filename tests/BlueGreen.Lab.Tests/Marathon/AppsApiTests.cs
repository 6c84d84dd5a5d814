using System.Net;
using System.Text.Json.Nodes;
using BlueGreen.Lab.Marathon;
using BlueGreen.Lab.Tests.Support;

namespace BlueGreen.Lab.Tests.Marathon;

public sealed class AppsApiTests
{
    [Fact]
    public async Task A_new_app_is_answered_with_201_its_definition_and_its_deployment()
    {
        await using var marathon = await TestMarathon.StartAsync();

        var answer = await marathon.PostAsync("/v2/apps", Apps.Sleeping("/a/b/c", instances: 2));

        Assert.Equal(HttpStatusCode.Created, answer.Status);
        Assert.Equal("/a/b/c", answer.Value.Text("id"));
        Assert.Equal(answer.DeploymentId, answer.Value["deployments"]![0].Text("id"));
        Assert.Equal(0, answer.Value["portDefinitions"]![0].Int("port"));
        Assert.Null(answer.Value["versionInfo"]);
        await marathon.DeployedAsync(answer);
        var app = await marathon.AppAsync("a/b/c");
        Assert.Equal(2, app.Int("tasksRunning"));
        Assert.Equal(10000, app["portDefinitions"]![0].Int("port"));
        Assert.Equal(app.Text("version"), app["versionInfo"].Text("lastScalingAt"));
    }

    [Fact]
    public async Task An_id_that_is_there_already_is_a_conflict()
    {
        await using var marathon = await TestMarathon.StartAsync();
        await marathon.RunAsync(Apps.Sleeping("/a"));

        var answer = await marathon.PostAsync("/v2/apps", Apps.Sleeping("/a"));

        Assert.Equal(HttpStatusCode.Conflict, answer.Status);
        Assert.Equal("An app with id [/a] already exists.", answer.Body.Text("message"));
    }

    [Fact]
    public async Task An_app_that_is_not_there_is_named_in_the_404()
    {
        await using var marathon = await TestMarathon.StartAsync();

        foreach (var path in new[] { "/v2/apps/no/such", "/v2/apps//no/such", "/v2/apps//no/such/tasks", "/v2/apps/no/such/versions" })
        {
            var answer = await marathon.GetAsync(path);
            Assert.Equal(HttpStatusCode.NotFound, answer.Status);
            Assert.Equal("App '/no/such' does not exist", answer.Body.Text("message"));
        }

        Assert.Equal(HttpStatusCode.NotFound, (await marathon.DeleteAsync("/v2/apps/no/such")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await marathon.PatchAsync("/v2/apps/no/such", Apps.Sleeping("/no/such"))).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await marathon.PostAsync("/v2/apps/no/such/restart")).Status);
    }

    [Fact]
    public async Task Scaling_moves_the_scaling_time_only_and_keeps_the_tasks()
    {
        await using var marathon = await TestMarathon.StartAsync();
        var before = await marathon.RunAsync(Apps.Sleeping("/a"));

        var answer = await marathon.PutAsync("/v2/apps/a", new JsonObject { ["instances"] = 2 });

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(answer.DeploymentId, answer.Value.Text("deploymentId"));
        await marathon.DeployedAsync(answer);
        var after = await marathon.AppAsync("a");
        Assert.Equal(answer.Value.Text("version"), after.Text("version"));
        Assert.Equal(after.Text("version"), after["versionInfo"].Text("lastScalingAt"));
        Assert.Equal(before["versionInfo"].Text("lastConfigChangeAt"), after["versionInfo"].Text("lastConfigChangeAt"));
        Assert.Contains(before["tasks"]![0].Text("id"), after["tasks"]!.AsArray().Select(t => t.Text("id")));
    }

    [Fact]
    public async Task A_changed_configuration_moves_both_times_and_replaces_the_tasks()
    {
        await using var marathon = await TestMarathon.StartAsync();
        var before = await marathon.RunAsync(Apps.Sleeping("/a"));

        await marathon.DeployedAsync(await marathon.PatchAsync("/v2/apps/a", new JsonObject { ["env"] = new JsonObject { ["X"] = "1" } }));

        var after = await marathon.AppAsync("a");
        Assert.Equal(after.Text("version"), after["versionInfo"].Text("lastScalingAt"));
        Assert.Equal(after.Text("version"), after["versionInfo"].Text("lastConfigChangeAt"));
        Assert.NotEqual(before["tasks"]![0].Text("id"), after["tasks"]!.AsArray().Single().Text("id"));
    }

    [Fact]
    public async Task A_restart_replaces_the_tasks_and_moves_the_configuration_time_only()
    {
        await using var marathon = await TestMarathon.StartAsync();
        var before = await marathon.RunAsync(Apps.Sleeping("/a"));

        await marathon.DeployedAsync(await marathon.PostAsync("/v2/apps/a/restart"));

        var after = await marathon.AppAsync("a");
        Assert.Equal(before["versionInfo"].Text("lastScalingAt"), after["versionInfo"].Text("lastScalingAt"));
        Assert.Equal(after.Text("version"), after["versionInfo"].Text("lastConfigChangeAt"));
        Assert.NotEqual(before["tasks"]![0].Text("id"), after["tasks"]!.AsArray().Single().Text("id"));
    }

    [Fact]
    public async Task A_put_makes_an_app_that_is_not_there_and_an_empty_change_has_no_steps()
    {
        await using var marathon = await TestMarathon.StartAsync();

        var created = await marathon.PutAsync("/v2/apps/a", new JsonObject { ["cmd"] = "exec sleep 1000" });
        Assert.Equal(HttpStatusCode.Created, created.Status);
        await marathon.DeployedAsync(created);
        var before = await marathon.AppAsync("a");

        await marathon.DeployedAsync(await marathon.PutAsync("/v2/apps/a", new JsonObject { ["cmd"] = "exec sleep 1000" }));
        var after = await marathon.AppAsync("a");
        Assert.Equal(before.Text("version"), after.Text("version"));
        Assert.Equal(before["tasks"]![0].Text("id"), after["tasks"]![0].Text("id"));
    }

    [Fact]
    public async Task A_whole_replacement_forgets_what_it_does_not_name()
    {
        await using var marathon = await TestMarathon.StartAsync();
        await marathon.RunAsync(Apps.Sleeping("/a").With("env", new JsonObject { ["X"] = "1" }));

        await marathon.DeployedAsync(await marathon.PutAsync("/v2/apps/a?partialUpdate=false", new JsonObject { ["cmd"] = "exec sleep 1000" }));

        Assert.Null((await marathon.AppAsync("a"))["env"]);
    }

    [Fact]
    public async Task An_array_changes_several_apps_in_one_deployment()
    {
        await using var marathon = await TestMarathon.StartAsync();
        await marathon.RunAsync(Apps.Sleeping("/a"));
        await marathon.RunAsync(Apps.Sleeping("/b"));

        var answer = await marathon.PutAsync("/v2/apps", new JsonArray(
            new JsonObject { ["id"] = "/a", ["instances"] = 2 }, new JsonObject { ["id"] = "/b", ["instances"] = 0 }));

        await marathon.DeployedAsync(answer);
        Assert.Equal(2, (await marathon.AppAsync("a")).Int("tasksRunning"));
        Assert.Equal(0, (await marathon.AppAsync("b")).Int("tasksRunning"));
    }

    [Fact]
    public async Task Old_versions_can_be_read_and_returned_to()
    {
        await using var marathon = await TestMarathon.StartAsync();
        var first = await marathon.RunAsync(Apps.Sleeping("/a").With("env", new JsonObject { ["X"] = "1" }));
        await marathon.DeployedAsync(await marathon.PutAsync("/v2/apps/a", new JsonObject { ["env"] = new JsonObject { ["X"] = "2" } }));

        var versions = (await marathon.GetAsync("/v2/apps/a/versions")).Value["versions"]!.AsArray();
        Assert.Equal(2, versions.Count);
        Assert.Equal(first.Text("version"), versions[1]!.GetValue<string>());
        var old = (await marathon.GetAsync($"/v2/apps/a/versions/{first.Text("version")}")).Value;
        Assert.Equal("1", old["env"].Text("X"));

        await marathon.DeployedAsync(await marathon.PutAsync("/v2/apps/a", new JsonObject { ["version"] = first.Text("version") }));
        Assert.Equal("1", (await marathon.AppAsync("a"))["env"].Text("X"));
    }

    [Fact]
    public async Task A_read_app_with_its_version_is_not_taken_as_an_update()
    {
        await using var marathon = await TestMarathon.StartAsync();
        var app = await marathon.RunAsync(Apps.Sleeping("/a"));

        var answer = await marathon.PutAsync("/v2/apps/a", app);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.Status);
        Assert.Equal("The 'version' field may only be combined with the 'id' field.", answer.Body!["details"]![0]!["errors"]![0]!.GetValue<string>());
    }

    [Fact]
    public async Task Apps_are_filtered_by_id_command_and_labels()
    {
        await using var marathon = await TestMarathon.StartAsync();
        await marathon.RunAsync(Apps.Sleeping("/web/front", 0).With("labels", new JsonObject { ["tier"] = "web" }));
        await marathon.RunAsync(Apps.Sleeping("/web/back", 0).With("cmd", "exec cat"));

        Assert.Equal(["/web/back", "/web/front"], await IdsAsync(""));
        Assert.Equal(["/web/front"], await IdsAsync("?id=FRONT"));
        Assert.Equal(["/web/back"], await IdsAsync("?cmd=cat"));
        Assert.Equal(["/web/front"], await IdsAsync("?label=tier==web"));
        Assert.Equal(["/web/back", "/web/front"], await IdsAsync("?id=web"));
        Assert.Equal(2, (await marathon.GetAsync("/v2/apps//web/*")).Value["*"]!.AsArray().Count);

        async Task<List<string>> IdsAsync(string query) =>
            [.. (await marathon.GetAsync("/v2/apps" + query)).Value["apps"]!.AsArray().Select(a => a.Text("id")!)];
    }

    [Fact]
    public async Task Embeds_add_tasks_counts_and_statistics_to_the_list()
    {
        await using var marathon = await TestMarathon.StartAsync();
        await marathon.RunAsync(Apps.Sleeping("/a"));

        var plain = (await marathon.GetAsync("/v2/apps")).Value["apps"]![0]!.AsObject();
        var full = (await marathon.GetAsync("/v2/apps?embed=apps.tasks&embed=apps.taskStats&embed=apps.readiness")).Value["apps"]![0]!.AsObject();

        Assert.False(plain.ContainsKey("tasks"));
        Assert.Equal(1, plain.Int("tasksRunning"));
        Assert.Equal("TASK_RUNNING", full["tasks"]![0].Text("state"));
        Assert.Equal(1, full["tasksStats"]!["totalSummary"]!["stats"]!["counts"].Int("running"));
        Assert.Empty(full["readinessCheckResults"]!.AsArray());
    }

    [Fact]
    public async Task Open_service_ports_are_assigned_from_10000_and_kept()
    {
        await using var marathon = await TestMarathon.StartAsync();
        await marathon.RunAsync(Apps.Sleeping("/a", 0).With("ports", new JsonArray(0, 0)));
        await marathon.RunAsync(Apps.Sleeping("/b", 0));

        await marathon.DeployedAsync(await marathon.PutAsync("/v2/apps/a", new JsonObject { ["ports"] = new JsonArray(0, 0, 0) }));

        Assert.Equal([10000, 10001, 10003], (await marathon.AppAsync("a"))["portDefinitions"]!.AsArray().Select(p => p.Int("port")!.Value));
        Assert.Equal(10002, (await marathon.AppAsync("b"))["portDefinitions"]![0].Int("port"));
    }

    [Fact]
    public async Task A_service_port_of_another_app_is_taken_as_it_is()
    {
        await using var marathon = await TestMarathon.StartAsync();
        await marathon.RunAsync(Apps.Sleeping("/a", 0).With("ports", new JsonArray(12345)));

        await marathon.RunAsync(Apps.Sleeping("/b", 0).With("ports", new JsonArray(12345)));

        Assert.Equal(12345, (await marathon.GetAsync("/v2/apps//b")).Body!["app"]!["portDefinitions"]![0]!["port"]!.GetValue<int>());
    }

    [Fact]
    public async Task Bad_bodies_are_refused_as_Marathon_refuses_them()
    {
        await using var marathon = await TestMarathon.StartAsync();

        var syntax = await marathon.SendAsync(HttpMethod.Post, "/v2/apps", "{\"id\": ");
        Assert.Equal((HttpStatusCode.BadRequest, "Invalid JSON"), (syntax.Status, syntax.Body.Text("message")));
        var empty = await marathon.SendAsync(HttpMethod.Post, "/v2/apps", "");
        Assert.Equal((HttpStatusCode.BadRequest, "Please specify data in JSON format"), (empty.Status, empty.Body.Text("message")));
        var shape = await marathon.PostAsync("/v2/apps", new JsonObject { ["id"] = 1 });
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "Invalid JSON"), (shape.Status, shape.Body.Text("message")));
        var rule = await marathon.PostAsync("/v2/apps", new JsonObject { ["id"] = "/a" });
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "Object is not valid"), (rule.Status, rule.Body.Text("message")));
        var form = await marathon.SendAsync(HttpMethod.Post, "/v2/apps", "{}", "application/x-www-form-urlencoded");
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, form.Status);
    }

    [Fact]
    public async Task An_app_that_needs_an_image_to_run_is_refused_with_what_to_do()
    {
        await using var marathon = await TestMarathon.StartAsync();

        var answer = await marathon.PostAsync("/v2/apps", JsonNode.Parse("""{"id": "/a", "container": {"type": "DOCKER", "docker": {"image": "nginx"}}}"""));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.Status);
        Assert.Contains("give the app a cmd or args", answer.Body!.ToJsonString());
    }

    [Fact]
    public async Task The_scheduler_tells_of_itself()
    {
        await using var marathon = await TestMarathon.StartAsync();

        Assert.Equal("pong", (await marathon.GetAsync("/ping")).Value.GetValue<string>());
        var info = (await marathon.GetAsync("/v2/info")).Value;
        Assert.Equal("marathon", info.Text("name"));
        Assert.StartsWith("1.11.", info.Text("version"));
        Assert.Equal($"{marathon.Uri.Host}:{marathon.Uri.Port}", (await marathon.GetAsync("/v2/leader")).Value.Text("leader"));
        Assert.Equal(HttpStatusCode.NotFound, (await marathon.GetAsync("/v2/nothing")).Status);
    }
}
