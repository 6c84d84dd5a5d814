using System.Net;
using System.Text.Json.Nodes;
using BlueGreen.Lab.Marathon;
using BlueGreen.Lab.Tests.Support;

namespace BlueGreen.Lab.Tests.Marathon;

public sealed class TasksApiTests
{
    [Fact]
    public async Task A_task_shows_what_balancers_and_deployers_read()
    {
        await using var marathon = await TestMarathon.StartAsync();
        var app = await marathon.RunAsync(Apps.Sleeping("/shop/web"));

        var task = (await marathon.GetAsync("/v2/tasks")).Value["tasks"]!.AsArray().Single()!.AsObject();

        Assert.Matches(@"^shop_web\.instance-[0-9a-f-]{36}\._app\.1$", task.Text("id"));
        Assert.Equal("/shop/web", task.Text("appId"));
        Assert.Equal("127.0.0.1", task.Text("host"));
        Assert.InRange(task["ports"]![0]!.Int(), 31000, 32000);
        Assert.Equal(10000, task["servicePorts"]![0]!.Int());
        Assert.Equal("127.0.0.1", task["ipAddresses"]![0].Text("ipAddress"));
        Assert.Equal("TASK_RUNNING", task.Text("state"));
        Assert.Equal(app.Text("version"), task.Text("version"));
        Assert.Empty(task["healthCheckResults"]!.AsArray());
        foreach (var member in new[] { "startedAt", "stagedAt", "slaveId" }) Assert.NotNull(task.Text(member));
    }

    [Fact]
    public async Task Tasks_are_listed_as_text_by_service_port()
    {
        await using var marathon = await TestMarathon.StartAsync();
        await marathon.RunAsync(Apps.Sleeping("/shop/web").With("ports", new JsonArray(0, 0)));
        var ports = (await marathon.TasksAsync("shop/web")).Single()["ports"]!.AsArray();
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Accept.ParseAdd("text/plain");

        var text = await http.GetStringAsync(new Uri(marathon.Uri, "/v2/tasks"), TestContext.Current.CancellationToken);

        Assert.Equal($"shop_web\t10000\t127.0.0.1:{ports[0]}\t\nshop_web\t10001\t127.0.0.1:{ports[1]}\t\n", text);
    }

    [Fact]
    public async Task A_killed_task_comes_back_as_the_next_incarnation_of_its_instance()
    {
        await using var marathon = await TestMarathon.StartAsync();
        await marathon.RunAsync(Apps.Sleeping("/a"));
        var id = (await marathon.TasksAsync("a")).Single().Text("id")!;

        var answer = await marathon.PostAsync("/v2/tasks/delete", Ids(id));

        Assert.Equal(id, answer.Value["tasks"]!.AsArray().Single().Text("id"));
        Assert.Null(answer.DeploymentId);
        var successor = await Eventually.GetAsync(
            async () => (await marathon.TasksAsync("a")).FirstOrDefault(t => t.Text("state") == "TASK_RUNNING" && t.Text("id") != id), "the task is back");
        Assert.Equal(id[..^1] + "2", successor.Text("id"));
    }

    [Fact]
    public async Task Kill_and_scale_ends_the_chosen_tasks_and_lowers_the_number()
    {
        await using var marathon = await TestMarathon.StartAsync();
        await marathon.RunAsync(Apps.Sleeping("/a", 3));
        var ids = (await marathon.TasksAsync("a")).Select(t => t.Text("id")!).ToList();

        var answer = await marathon.PostAsync("/v2/tasks/delete?scale=true", Ids(ids[1]));

        Assert.NotNull(answer.Value.Text("deploymentId"));
        await marathon.DeployedAsync(answer);
        var app = await marathon.AppAsync("a");
        Assert.Equal(2, app.Int("instances"));
        Assert.Equal(new[] { ids[0], ids[2] }.Order(), app["tasks"]!.AsArray().Select(t => t.Text("id")!).Order());
        Assert.Equal(app.Text("version"), app["versionInfo"].Text("lastScalingAt"));
    }

    [Fact]
    public async Task Kill_and_scale_of_two_apps_is_one_deployment()
    {
        await using var marathon = await TestMarathon.StartAsync();
        await marathon.RunAsync(Apps.Sleeping("/a", 2));
        await marathon.RunAsync(Apps.Sleeping("/b", 2));
        var ids = new[] { (await marathon.TasksAsync("a"))[0].Text("id")!, (await marathon.TasksAsync("b"))[0].Text("id")! };

        await marathon.DeployedAsync(await marathon.PostAsync("/v2/tasks/delete?scale=true", Ids(ids)));

        Assert.Equal(1, (await marathon.AppAsync("a")).Int("instances"));
        Assert.Equal(1, (await marathon.AppAsync("b")).Int("instances"));
    }

    [Fact]
    public async Task A_repeated_kill_and_scale_does_not_scale_twice()
    {
        await using var marathon = await TestMarathon.StartAsync();
        await marathon.RunAsync(Apps.Sleeping("/a", 3).With("cmd", "trap '' TERM; sleep 1000 & wait; wait").With("taskKillGracePeriodSeconds", 2));
        var id = (await marathon.TasksAsync("a"))[0].Text("id")!;

        var first = await marathon.PostAsync("/v2/tasks/delete?scale=true", Ids(id));
        var second = await marathon.PostAsync("/v2/tasks/delete?scale=true&force=true", Ids(id));

        await marathon.DeployedAsync(first);
        await marathon.DeployedAsync(second);
        Assert.Equal(2, (await marathon.AppAsync("a")).Int("instances"));
    }

    [Fact]
    public async Task An_id_that_is_gone_is_left_out_and_one_that_is_none_is_refused()
    {
        await using var marathon = await TestMarathon.StartAsync();
        await marathon.RunAsync(Apps.Sleeping("/a"));

        var gone = await marathon.PostAsync("/v2/tasks/delete", Ids($"a.instance-{Guid.NewGuid()}._app.1", $"a.{Guid.NewGuid()}"));
        var none = await marathon.PostAsync("/v2/tasks/delete", Ids("nonsense"));

        Assert.Empty(gone.Value["tasks"]!.AsArray());
        Assert.Equal(HttpStatusCode.BadRequest, none.Status);
        Assert.StartsWith("Invalid task id 'nonsense'.", none.Body.Text("message"));
    }

    [Fact]
    public async Task Scale_and_wipe_exclude_each_other()
    {
        await using var marathon = await TestMarathon.StartAsync();

        var answer = await marathon.PostAsync("/v2/tasks/delete?scale=true&wipe=true", Ids());

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal("You cannot use scale and wipe at the same time.", answer.Body.Text("message"));
    }

    [Fact]
    public async Task Wiped_tasks_are_replaced_by_new_instances()
    {
        await using var marathon = await TestMarathon.StartAsync();
        await marathon.RunAsync(Apps.Sleeping("/a"));
        var id = (await marathon.TasksAsync("a")).Single().Text("id")!;

        await marathon.PostAsync("/v2/tasks/delete?wipe=true", Ids(id));

        var successor = await Eventually.GetAsync(
            async () => (await marathon.TasksAsync("a")).SingleOrDefault(t => t.Text("state") == "TASK_RUNNING"), "a new instance runs");
        Assert.EndsWith("._app.1", successor.Text("id"));
        Assert.NotEqual(id, successor.Text("id"));
    }

    [Fact]
    public async Task One_task_of_an_app_can_be_deleted_with_and_without_scaling()
    {
        await using var marathon = await TestMarathon.StartAsync();
        await marathon.RunAsync(Apps.Sleeping("/a", 2));
        var ids = (await marathon.TasksAsync("a")).Select(t => t.Text("id")!).ToList();

        await marathon.DeployedAsync(await marathon.DeleteAsync($"/v2/apps/a/tasks/{ids[0]}?scale=true"));
        Assert.Equal(ids[1], (await marathon.TasksAsync("a")).Single().Text("id"));

        var answer = await marathon.DeleteAsync($"/v2/apps/a/tasks/{ids[1]}");
        Assert.Equal(ids[1], answer.Value["task"].Text("id"));
        Assert.Equal(HttpStatusCode.NotFound, (await marathon.DeleteAsync($"/v2/apps/a/tasks/a.instance-{Guid.NewGuid()}._app.1")).Status);
        await marathon.AppAsync("a", app => app.Int("tasksRunning") == 1, "the task is back");
    }

    [Theory]
    [InlineData("YOUNGEST_FIRST", 1)]
    [InlineData("OLDEST_FIRST", 0)]
    public async Task Scaling_down_kills_by_age_as_the_app_says(string selection, int killed)
    {
        await using var marathon = await TestMarathon.StartAsync();
        var app = await marathon.RunAsync(Apps.Sleeping("/a").With("killSelection", selection));
        var oldest = app["tasks"]![0].Text("id")!;
        await marathon.DeployedAsync(await marathon.PutAsync("/v2/apps/a", new JsonObject { ["instances"] = 2 }));
        var youngest = (await marathon.TasksAsync("a")).Single(t => t.Text("id") != oldest).Text("id")!;

        await marathon.DeployedAsync(await marathon.PutAsync("/v2/apps/a", new JsonObject { ["instances"] = 1 }));

        Assert.Equal(killed == 0 ? youngest : oldest, (await marathon.TasksAsync("a")).Single().Text("id"));
    }

    private static JsonObject Ids(params string[] ids) => new() { ["ids"] = ids.ToJsonArray() };
}
