using BlueGreen.Engine.Marathon;
using Newtonsoft.Json.Linq;

namespace BlueGreen.Engine.Tests.Marathon;

public sealed class AppUpdateTests
{
    private static readonly MarathonApp App = MarathonApp.Parse(
        """
        {
          "id": "/shop", "cmd": "serve", "instances": 2, "user": null, "tasksRunning": 2, "version": "2026-01-02T03:04:05.678Z",
          "labels": { "a": "1", "b": "2" }, "env": { "A": "x" },
          "container": { "type": "DOCKER", "docker": { "image": "shop:1", "forcePullImage": true } }
        }
        """);

    [Fact]
    public void Only_members_that_differ_are_in_it() =>
        Same("""{ "labels": { "a": "9", "b": "2" } }""", new AppChanges { Labels = new Dictionary<string, string?> { ["a"] = "9" } });

    [Fact]
    public void A_label_that_is_removed_leaves_the_others() =>
        Same("""{ "labels": { "b": "2" } }""", new AppChanges { Labels = new Dictionary<string, string?> { ["a"] = null } });

    [Fact]
    public void A_new_image_goes_with_the_whole_container() =>
        Same("""{ "container": { "type": "DOCKER", "docker": { "image": "shop:2", "forcePullImage": true } } }""", new AppChanges { Image = "shop:2" });

    [Fact]
    public void A_member_that_is_removed_is_sent_as_null() =>
        Same("""{ "cmd": null }""", new AppChanges { Set = new Dictionary<string, object?> { ["cmd"] = null } });

    [Fact]
    public void Scaling_goes_along_with_other_changes() =>
        Same("""{ "cmd": "run", "instances": 3 }""", new AppChanges { Cmd = "run", Instances = 3 });

    [Fact]
    public void There_is_none_when_nothing_would_be_different() =>
        Assert.Null(AppUpdate.Of(App, new AppChanges { Cmd = "serve", Labels = new Dictionary<string, string?> { ["a"] = "1", ["gone"] = null } }));

    private static void Same(string expected, AppChanges changes)
    {
        var update = AppUpdate.Of(App, changes);
        Assert.NotNull(update);
        Assert.True(JToken.DeepEquals(JToken.Parse(expected), JToken.Parse(update.ToJson())), update.ToJson());
    }
}
