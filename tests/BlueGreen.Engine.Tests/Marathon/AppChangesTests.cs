using BlueGreen.Engine.Marathon;

namespace BlueGreen.Engine.Tests.Marathon;

public class AppChangesTests
{
    private static readonly AppDefinition App = AppDefinition.Parse(
        """
        {"id":"/shop","cmd":"serve","instances":2,"env":{"A":"1","B":"2"},"labels":{"x":"1"},
         "container":{"docker":{"image":"shop:1"}},"healthChecks":[{"path":"/"},{"path":"/two"}]}
        """, "shop.json");

    [Fact]
    public void Image_command_instances_environment_and_labels_change_and_the_rest_stays()
    {
        var changed = App.With(new AppChanges
        {
            Image = "shop:2",
            Cmd = "serve --fast",
            Instances = 4,
            Env = new Dictionary<string, string?> { ["A"] = null, ["C"] = "3" },
            Labels = new Dictionary<string, string?> { ["y"] = "2" },
        });

        AppDefinitionTests.Same(
            """
            {"id":"/shop","cmd":"serve --fast","instances":4,"env":{"B":"2","C":"3"},"labels":{"x":"1","y":"2"},
             "container":{"docker":{"image":"shop:2"}},"healthChecks":[{"path":"/"},{"path":"/two"}]}
            """, changed);
        Assert.Equal(2, App.Instances);
    }

    [Theory]
    [InlineData("container.docker.forcePullImage", true, "container.docker", """{"image":"shop:1","forcePullImage":true}""")]
    [InlineData("healthChecks[0].path", "/health", "healthChecks", """[{"path":"/health"},{"path":"/two"}]""")]
    [InlineData("healthChecks[2].path", "/three", "healthChecks", """[{"path":"/"},{"path":"/two"},{"path":"/three"}]""")]
    [InlineData("healthChecks[0]", null, "healthChecks", """[{"path":"/two"}]""")]
    [InlineData("upgradeStrategy.minimumHealthCapacity", 0.5, "upgradeStrategy", """{"minimumHealthCapacity":0.5}""")]
    [InlineData("constraints[0][1]", null, "constraints", null)]
    [InlineData("labels['a.b']", "c", "labels", """{"x":"1","a.b":"c"}""")]
    [InlineData("labels[\"it's\"]", 5, "labels", """{"x":"1","it's":"5"}""")]
    [InlineData("cmd", null, "cmd", null)]
    [InlineData("nothing.there", null, "nothing", null)]
    public void Any_member_is_set_or_removed_by_its_path(string path, object? value, string where, string? expected)
    {
        var changed = App.With(new AppChanges { Set = new Dictionary<string, object?> { [path] = value } });

        var found = JsonText.ParseObject(changed.ToJson(), "definition").SelectToken(where);
        Assert.Equal(expected, found?.ToString(Newtonsoft.Json.Formatting.None));
    }

    [Theory]
    [InlineData("cmd.x", "ChangeNotPossible", "'cmd' is not an object")]
    [InlineData("labels[0]", "ChangeNotPossible", "'labels' is not a list")]
    [InlineData("healthChecks.path", "ChangeNotPossible", "'healthChecks' is not an object")]
    [InlineData("healthChecks[9].path", "ChangeNotPossible", "'healthChecks' has 2 entries")]
    [InlineData("", "InvalidPath", "is not a path")]
    [InlineData("a..b", "InvalidPath", "from character 3 on")]
    [InlineData("a[", "InvalidPath", "is not a path")]
    [InlineData("a[x]", "InvalidPath", "is not a path")]
    [InlineData("a[0]b", "InvalidPath", "is not a path")]
    [InlineData("a['b", "InvalidPath", "is not a path")]
    [InlineData("[0]", "InvalidPath", "is not a path")]
    [InlineData(".a", "InvalidPath", "is not a path")]
    [InlineData("a.", "InvalidPath", "is not a path")]
    public void A_path_that_cannot_be_followed_says_where_it_ends(string path, string errorId, string words)
    {
        var error = Assert.Throws<BlueGreenException>(() => App.With(new AppChanges { Set = new Dictionary<string, object?> { [path] = 1 } }));

        Assert.Equal((errorId, path), (error.ErrorId, error.Target));
        Assert.Contains(words, error.Message);
    }

    [Fact]
    public void An_image_needs_a_container()
    {
        var error = Assert.Throws<BlueGreenException>(() => AppDefinition.Parse("""{"id":"/a"}""", "a.json").With(new AppChanges { Image = "a:1" }));

        Assert.Equal("ChangeNotPossible", error.ErrorId);
    }

    [Fact]
    public void A_change_to_a_wrong_type_is_refused()
    {
        var error = Assert.Throws<BlueGreenException>(() => App.With(new AppChanges { Set = new Dictionary<string, object?> { ["labels"] = "x" } }));

        Assert.Equal("AppDefinitionInvalid", error.ErrorId);
    }
}
