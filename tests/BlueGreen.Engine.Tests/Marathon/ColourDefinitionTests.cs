using BlueGreen.Engine.Marathon;
using Newtonsoft.Json.Linq;

namespace BlueGreen.Engine.Tests.Marathon;

public class ColourDefinitionTests
{
    private const string Labels = """ "HAPROXY_GROUP":"external","HAPROXY_DEPLOYMENT_GROUP":"shop","HAPROXY_DEPLOYMENT_ALT_PORT":"20001" """;

    private static readonly ColourRequest Request = new(1, 0, null, new DateTime(2026, 3, 1, 15, 51, 38).AddTicks(1846230));

    /// <summary>The service port 20000 in every place where Marathon's versions keep it.</summary>
    public static TheoryData<string, string> Shapes => new()
    {
        { """ "container":{"type":"DOCKER","docker":{"image":"shop:2","network":"BRIDGE","portMappings":[{"containerPort":8080,"hostPort":0,"servicePort":20000}]}} """, "container.docker.portMappings[0].servicePort" },
        { """ "networks":[{"mode":"container/bridge"}],"container":{"type":"DOCKER","docker":{"image":"shop:2"},"portMappings":[{"containerPort":8080,"servicePort":20000}]} """, "container.portMappings[0].servicePort" },
        { """ "portDefinitions":[{"port":20000,"protocol":"tcp","name":"http"}] """, "portDefinitions[0].port" },
        { """ "ports":[20000] """, "ports[0]" },
    };

    [Theory]
    [InlineData(-1, 0, 1)]
    [InlineData(1, -1, 1)]
    [InlineData(1, 0, -1)]
    public void Numbers_of_instances_below_none_are_refused(int initial, int split, int target)
    {
        var file = AppDefinition.Parse(
            """{"id":"/shop","ports":[20000],"labels":{"HAPROXY_DEPLOYMENT_GROUP":"shop","HAPROXY_DEPLOYMENT_ALT_PORT":"20001"}}""", "shop.json");

        var error = Assert.Throws<BlueGreenException>(
            () => ColourDefinition.Prepare(file, [], new ColourRequest(initial, split, target, new DateTime(2026, 3, 1))));

        Assert.Equal(("InvalidInstances", ErrorKind.InvalidArgument), (error.ErrorId, error.Kind));
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_first_deployment_is_blue_and_keeps_the_files_port_and_instances(string ports, string place)
    {
        var json = Prepare(File("shop", 3, ports), []);

        Assert.Equal("/shop-blue", (string?)json["id"]);
        Assert.Equal(3, (int)json["instances"]!);
        Assert.Equal(20000, (int)json.SelectToken(place)!);
        Assert.Equal(
            [
                "HAPROXY_0_PORT=20000", "HAPROXY_APP_ID=shop", "HAPROXY_DEPLOYMENT_ALT_PORT=20001", "HAPROXY_DEPLOYMENT_COLOUR=blue",
                "HAPROXY_DEPLOYMENT_GROUP=shop", "HAPROXY_DEPLOYMENT_NEW_INSTANCES=0", "HAPROXY_DEPLOYMENT_STARTED_AT=2026-03-01T15:51:38.184623",
                "HAPROXY_DEPLOYMENT_TARGET_INSTANCES=3", "HAPROXY_GROUP=external",
            ],
            LabelsOf(json));
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void The_next_colour_has_the_other_port_and_starts_small(string ports, string place)
    {
        var blue = Live(Prepare(File("shop", 5, ports), []), instances: 3);
        var green = Prepare(File("shop", 5, ports), [blue]);

        Assert.Equal("/shop-green", (string?)green["id"]);
        Assert.Equal(1, (int)green["instances"]!);
        Assert.Equal(20001, (int)green.SelectToken(place)!);
        Assert.Equal("20000", (string?)green["labels"]!["HAPROXY_0_PORT"]);
        // What runs counts, not what the file says.
        Assert.Equal("3", (string?)green["labels"]!["HAPROXY_DEPLOYMENT_TARGET_INSTANCES"]);
        Assert.Equal("0", (string?)green["labels"]!["HAPROXY_DEPLOYMENT_NEW_INSTANCES"]);

        var blueAgain = Prepare(File("shop", 5, ports), [Live(green, instances: 3)]);

        Assert.Equal("/shop-blue", (string?)blueAgain["id"]);
        Assert.Equal(20000, (int)blueAgain.SelectToken(place)!);
    }

    [Theory]
    [InlineData(1, 0, null, 3, 1, "3", "0")]
    [InlineData(9, 0, null, 3, 3, "3", "0")]
    [InlineData(0, 0, null, 3, 0, "3", "0")]
    [InlineData(1, 1, null, 3, 1, "3", "1")]
    [InlineData(5, 2, null, 3, 2, "3", "2")]
    [InlineData(1, 7, null, 3, 1, "3", "3")]
    [InlineData(5, 7, null, 3, 3, "3", "3")]
    [InlineData(1, 0, 8, 3, 1, "8", "0")]
    [InlineData(9, 0, 8, 3, 8, "8", "0")]
    [InlineData(1, 9, 2, 3, 1, "2", "2")]
    public void Instances_target_and_hybrid_are_cut_to_each_other(
        int initial, int hybrid, int? wanted, int running, int instances, string target, string newInstances)
    {
        var blue = Live(Prepare(File("shop", 5), []), running);

        var green = Prepare(File("shop", 5), [blue], Request with { InitialInstances = initial, NewInstances = hybrid, TargetInstances = wanted });

        Assert.Equal(instances, (int)green["instances"]!);
        Assert.Equal(target, (string?)green["labels"]!["HAPROXY_DEPLOYMENT_TARGET_INSTANCES"]);
        Assert.Equal(newInstances, (string?)green["labels"]!["HAPROXY_DEPLOYMENT_NEW_INSTANCES"]);
    }

    [Fact]
    public void A_first_deployment_takes_a_wanted_target_but_is_never_a_hybrid()
    {
        var blue = Prepare(File("shop", 5), [], Request with { TargetInstances = 2, NewInstances = 1 });

        Assert.Equal(2, (int)blue["instances"]!);
        Assert.Equal("2", (string?)blue["labels"]!["HAPROXY_DEPLOYMENT_TARGET_INSTANCES"]);
        Assert.Equal("0", (string?)blue["labels"]!["HAPROXY_DEPLOYMENT_NEW_INSTANCES"]);
    }

    [Theory]
    [InlineData("shop", "/shop-blue")]
    [InlineData("/shop", "/shop-blue")]
    [InlineData("team/shop", "/team/shop-blue")]
    public void The_id_becomes_absolute_and_the_label_keeps_it_as_written(string id, string expected)
    {
        var json = Prepare(File(id, 1), []);

        Assert.Equal(expected, (string?)json["id"]);
        Assert.Equal(id, (string?)json["labels"]!["HAPROXY_APP_ID"]);
    }

    [Fact]
    public void The_last_deployment_is_the_one_that_started_last_by_its_text()
    {
        var blue = Live(Prepare(File("shop", 1), []), 1);
        var green = Live(Prepare(File("shop", 1), [blue]), 7);

        var next = Prepare(File("shop", 1), [green, blue]);

        Assert.Equal("/shop-blue", (string?)next["id"]);
        Assert.Equal("7", (string?)next["labels"]!["HAPROXY_DEPLOYMENT_TARGET_INSTANCES"]);
    }

    [Fact]
    public void An_app_that_no_tool_made_counts_as_the_last_one_and_blue_follows()
    {
        var plain = MarathonApp.Parse("""{"id":"/shop","instances":2,"ports":[20000],"labels":{"HAPROXY_DEPLOYMENT_GROUP":"shop"}}""");

        var next = Prepare(File("shop", 1), [plain]);

        Assert.Equal("/shop-blue", (string?)next["id"]);
        Assert.Equal("20001", (string?)next.SelectToken("ports[0]"));
    }

    [Fact]
    public void A_clock_that_was_put_back_does_not_turn_the_colours_round()
    {
        var blue = Live(Prepare(File("shop", 1), []), 1);

        var green = Prepare(File("shop", 1), [blue], Request with { LocalNow = Request.LocalNow.AddHours(-1) });

        Assert.True(string.CompareOrdinal((string?)green["labels"]!["HAPROXY_DEPLOYMENT_STARTED_AT"], blue.StartedAt) > 0);
        Assert.Equal("2026-03-01T15:51:38.185623", (string?)green["labels"]!["HAPROXY_DEPLOYMENT_STARTED_AT"]);
    }

    [Fact]
    public void Whole_seconds_are_written_with_their_microseconds_since_the_text_is_compared()
    {
        var json = Prepare(File("shop", 1), [], Request with { LocalNow = new DateTime(2026, 3, 1) });

        Assert.Equal("2026-03-01T00:00:00.000000", (string?)json["labels"]!["HAPROXY_DEPLOYMENT_STARTED_AT"]);
    }

    [Fact]
    public void Several_service_ports_alternate_each_for_itself()
    {
        var ports = """ "portDefinitions":[{"port":20000},{"port":0},{"port":20002}] """;
        var labels = Labels.Replace("20001", "20010, 20011,20012");
        var blue = Prepare(File("shop", 1, ports, labels), []);
        var green = Prepare(File("shop", 1, ports, labels), [Live(blue, 1)]);
        var blueAgain = Prepare(File("shop", 1, ports, labels), [Live(green, 1)]);

        Assert.Equal([20010, 0, 20012], green["portDefinitions"]!.Select(p => (int)p["port"]!));
        Assert.Equal([20000, 0, 20002], blueAgain["portDefinitions"]!.Select(p => (int)p["port"]!));
        Assert.Equal(("20000", null, "20002"), ((string?)green["labels"]!["HAPROXY_0_PORT"], (string?)green["labels"]!["HAPROXY_1_PORT"], (string?)green["labels"]!["HAPROXY_2_PORT"]));
    }

    [Fact]
    public void A_port_without_an_alternate_stays_as_it_is()
    {
        var ports = """ "ports":[20000,20002] """;

        var green = Prepare(File("shop", 1, ports), [Live(Prepare(File("shop", 1, ports), []), 1)]);

        Assert.Equal([20001, 20002], green["ports"]!.Select(p => (int)p));
        Assert.Null(green["labels"]!["HAPROXY_1_PORT"]);
    }

    [Fact]
    public void A_port_that_is_told_in_two_places_is_changed_in_both()
    {
        var ports = """ "ports":[20000],"container":{"docker":{"image":"a","portMappings":[{"containerPort":80,"servicePort":20000}]}} """;

        var green = Prepare(File("shop", 1, ports), [Live(Prepare(File("shop", 1, ports), []), 1)]);

        Assert.Equal(20001, (int)green.SelectToken("ports[0]")!);
        Assert.Equal(20001, (int)green.SelectToken("container.docker.portMappings[0].servicePort")!);
    }

    [Theory]
    [InlineData("""{}""", "MissingId", "id")]
    [InlineData("""{"id":"shop"}""", "MissingLabel", "HAPROXY_DEPLOYMENT_GROUP")]
    [InlineData("""{"id":"shop","labels":{"HAPROXY_DEPLOYMENT_ALT_PORT":"20001"}}""", "MissingLabel", "HAPROXY_DEPLOYMENT_GROUP")]
    [InlineData("""{"id":"shop","labels":{"HAPROXY_DEPLOYMENT_GROUP":"shop"}}""", "MissingLabel", "HAPROXY_DEPLOYMENT_ALT_PORT")]
    [InlineData("""{"id":"shop","labels":{"HAPROXY_DEPLOYMENT_GROUP":"shop","HAPROXY_DEPLOYMENT_ALT_PORT":"20001"}}""", "MissingServicePort", "service port")]
    [InlineData("""{"id":"shop","ports":[0],"labels":{"HAPROXY_DEPLOYMENT_GROUP":"shop","HAPROXY_DEPLOYMENT_ALT_PORT":"20001"}}""", "MissingServicePort", "service port")]
    [InlineData("""{"id":"shop","ports":[20000],"labels":{"HAPROXY_DEPLOYMENT_GROUP":"shop","HAPROXY_DEPLOYMENT_ALT_PORT":"70000"}}""", "InvalidLabel", "70000")]
    [InlineData("""{"id":"shop","ports":[20000],"labels":{"HAPROXY_DEPLOYMENT_GROUP":"shop","HAPROXY_DEPLOYMENT_ALT_PORT":"20000"}}""", "AlternatePortInUse", "20000")]
    public void What_is_missing_is_named(string file, string errorId, string word)
    {
        var error = Assert.Throws<BlueGreenException>(() => ColourDefinition.Prepare(AppDefinition.Parse(file, "shop.json"), [], Request));

        Assert.Equal(errorId, error.ErrorId);
        Assert.Contains(word, error.Message);
        Assert.NotEmpty(error.Remedy);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_live_colour_taken_back_is_the_file_it_came_from(string ports, string place)
    {
        Assert.NotNull(place);
        var file = File("shop", 1, ports);
        var green = Prepare(file, [Live(Prepare(file, []), 1)]);

        var back = AppDefinition.FromApp(Live(green, 1));

        Assert.True(JToken.DeepEquals(JObject.Parse(file.ToJson()), JObject.Parse(back.ToJson())), back.ToJson());
    }

    private static AppDefinition File(string id, int instances, string? ports = null, string? labels = null) => AppDefinition.Parse(
        $$"""{"id":"{{id}}","cmd":"serve","instances":{{instances}},{{ports ?? """ "ports":[20000] """}},"labels":{ {{labels ?? Labels}} } }""", "shop.json");

    private static JObject Prepare(AppDefinition file, IReadOnlyList<MarathonApp> group, ColourRequest? request = null) =>
        JsonText.ParseObject(ColourDefinition.Prepare(file, group, request ?? Request).ToJson(), "definition");

    /// <summary>The app as Marathon would tell it.</summary>
    private static MarathonApp Live(JObject definition, int instances)
    {
        var json = (JObject)definition.DeepClone();
        json["instances"] = instances;
        json["version"] = "2026-03-01T15:51:39.000Z";
        json["versionInfo"] = new JObject { ["lastScalingAt"] = "2026-03-01T15:51:39.000Z" };
        json["user"] = null;
        json["tasks"] = new JArray();
        json["tasksRunning"] = 0;
        json["deployments"] = new JArray();
        return new MarathonApp(json);
    }

    private static IEnumerable<string> LabelsOf(JObject json) =>
        ((JObject)json["labels"]!).Properties().Select(p => $"{p.Name}={p.Value}").Order(StringComparer.Ordinal);
}
