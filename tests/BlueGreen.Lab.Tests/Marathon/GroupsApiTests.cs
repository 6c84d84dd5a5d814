using System.Net;
using System.Text.Json.Nodes;
using BlueGreen.Lab.Marathon;
using BlueGreen.Lab.Tests.Support;

namespace BlueGreen.Lab.Tests.Marathon;

public sealed class GroupsApiTests
{
    [Fact]
    public async Task A_group_with_apps_and_subgroups_is_one_deployment()
    {
        await using var marathon = await TestMarathon.StartAsync();

        var answer = await marathon.PostAsync("/v2/groups", Shop(Apps.Sleeping("web"), Apps.Sleeping("db")));

        Assert.Equal(HttpStatusCode.Created, answer.Status);
        await marathon.DeployedAsync(answer);
        Assert.Equal(1, (await marathon.AppAsync("shop/web")).Int("tasksRunning"));
        Assert.Equal(1, (await marathon.AppAsync("shop/back/db")).Int("tasksRunning"));
        var group = (await marathon.GetAsync("/v2/groups/shop")).Value;
        Assert.Equal(("/shop", "/shop/web", "/shop/back/db"), (group.Text("id"), group["apps"]![0].Text("id"), group["groups"]![0]!["apps"]![0].Text("id")));
        Assert.Equal(2, (await marathon.GetAsync("/v2/groups/shop/apps")).Value.AsArray().Count);
        Assert.Equal("/shop", (await marathon.GetAsync("/v2/groups")).Value["groups"]![0].Text("id"));
    }

    [Fact]
    public async Task A_group_that_is_there_is_a_conflict_and_one_that_is_not_a_404()
    {
        await using var marathon = await TestMarathon.StartAsync();
        await marathon.DeployedAsync(await marathon.PostAsync("/v2/groups", Shop(Apps.Sleeping("web", 0), Apps.Sleeping("db", 0))));

        var again = await marathon.PostAsync("/v2/groups", Shop(Apps.Sleeping("web", 0), Apps.Sleeping("db", 0)));
        Assert.Equal((HttpStatusCode.Conflict, "Group /shop is already created. Use PUT to change this group."), (again.Status, again.Body.Text("message")));
        var none = await marathon.GetAsync("/v2/groups/nothing");
        Assert.Equal((HttpStatusCode.NotFound, "Group '/nothing' does not exist"), (none.Status, none.Body.Text("message")));
    }

    [Fact]
    public async Task A_put_replaces_the_apps_it_lists_and_leaves_what_it_does_not_mention()
    {
        await using var marathon = await TestMarathon.StartAsync();
        await marathon.DeployedAsync(await marathon.PostAsync("/v2/groups", Shop(Apps.Sleeping("web"), Apps.Sleeping("db"))));

        await marathon.DeployedAsync(await marathon.PutAsync("/v2/groups/shop", new JsonObject { ["apps"] = new JsonArray(Apps.Sleeping("new")) }));

        Assert.Equal(HttpStatusCode.NotFound, (await marathon.GetAsync("/v2/apps/shop/web")).Status);
        Assert.Equal(1, (await marathon.AppAsync("shop/new")).Int("tasksRunning"));
        Assert.Equal(1, (await marathon.AppAsync("shop/back/db")).Int("tasksRunning"));
    }

    [Fact]
    public async Task A_group_can_be_scaled_and_returned_to_an_older_version()
    {
        await using var marathon = await TestMarathon.StartAsync();
        await marathon.DeployedAsync(await marathon.PostAsync("/v2/groups", Shop(Apps.Sleeping("web"), Apps.Sleeping("db"))));
        var before = (await marathon.GetAsync("/v2/groups/shop/versions")).Value.AsArray()[0]!.GetValue<string>();

        await marathon.DeployedAsync(await marathon.PutAsync("/v2/groups/shop", new JsonObject { ["scaleBy"] = 2 }));
        Assert.Equal(2, (await marathon.AppAsync("shop/back/db")).Int("tasksRunning"));

        await marathon.DeployedAsync(await marathon.PutAsync("/v2/groups/shop", new JsonObject { ["version"] = before }));
        Assert.Equal(1, (await marathon.AppAsync("shop/back/db")).Int("tasksRunning"));
    }

    [Fact]
    public async Task A_dry_run_shows_the_steps_and_does_nothing()
    {
        await using var marathon = await TestMarathon.StartAsync();
        await marathon.RunAsync(Apps.Sleeping("/shop/web"));

        var plan = (await marathon.PutAsync("/v2/groups/shop?dryRun=true", new JsonObject { ["apps"] = new JsonArray(Apps.Sleeping("web", 2)) })).Value;

        Assert.Equal("ScaleApplication", plan["steps"]![0]!["actions"]![0].Text("action"));
        Assert.Equal(1, (await marathon.AppAsync("shop/web")).Int("instances"));
    }

    [Fact]
    public async Task Deleting_a_group_ends_all_its_apps()
    {
        await using var marathon = await TestMarathon.StartAsync();
        await marathon.DeployedAsync(await marathon.PostAsync("/v2/groups", Shop(Apps.Sleeping("web"), Apps.Sleeping("db"))));

        await marathon.DeployedAsync(await marathon.DeleteAsync("/v2/groups/shop"));

        Assert.Empty((await marathon.GetAsync("/v2/apps")).Value["apps"]!.AsArray());
        Assert.Empty((await marathon.GetAsync("/v2/tasks")).Value["tasks"]!.AsArray());
        Assert.Equal(HttpStatusCode.NotFound, (await marathon.GetAsync("/v2/groups/shop")).Status);
    }

    private static JsonObject Shop(JsonObject web, JsonObject db) => new()
    {
        ["id"] = "/shop",
        ["apps"] = new JsonArray(web),
        ["groups"] = new JsonArray(new JsonObject { ["id"] = "back", ["apps"] = new JsonArray(db) }),
    };
}
