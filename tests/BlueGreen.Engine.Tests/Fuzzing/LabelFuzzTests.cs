using BlueGreen.Engine.Deployment;
using BlueGreen.Engine.Deployment.Judging;
using BlueGreen.Engine.Haproxy;
using BlueGreen.Engine.Marathon;
using CsCheck;
using Newtonsoft.Json.Linq;

namespace BlueGreen.Engine.Tests.Fuzzing;

/// <summary>Labels that somebody set by hand.</summary>
public class LabelFuzzTests
{
    private static readonly string[] Names =
    [
        DeploymentLabels.AltPort, DeploymentLabels.AppId, DeploymentLabels.Port0, DeploymentLabels.Port(1), DeploymentLabels.Colour, DeploymentLabels.StartedAt,
        DeploymentLabels.TargetInstances, DeploymentLabels.NewInstances, DeploymentLabels.Group, DeploymentLabels.LbGroup,
    ];

    private static readonly Gen<string> Values = Gen.OneOf(
        Gen.OneOf(new[] { "", " ", "0", "-1", "+4", " 4 ", "4_0", "4.0", "1e3", "2147483648", "99999999999999999999", "٣", "四", "NaN", "0x10", "4,", ",", "10001,10001", "blue", "BLUE", "/a/b", "a b", "ü→🦑", "\0", "2026-99-99T99:99:99", "9999-12-31T23:59:59.999999", "0001-01-01T00:00:00" }.Select(Gen.Const).ToArray()),
        Gen.String);

    private static readonly Gen<(string Name, string Value)[]> Labels = Gen.Select(Gen.OneOf(Names.Select(Gen.Const).ToArray()), Values).Array[1, 5];

    [Fact]
    public void The_next_colour_is_made_or_an_error_says_which_label_is_wrong() => Gen.Select(Labels, Labels).Sample((inFile, live) =>
    {
        var file = Soundly.Try(() => AppDefinition.Parse(App("shop", "none", inFile).ToString(), "shop.json"));
        var app = new MarathonApp(App("/shop-blue", "blue", live));
        var request = new ColourRequest(1, 0, null, new DateTime(2026, 3, 1));
        if (file is null || Soundly.Try(() => ColourDefinition.Prepare(file, [app], request)) is not { } prepared) return true;
        var read = MarathonApp.Parse(prepared.ToJson());
        // Whatever the old one says, the new one is later, and starts with what it has room for.
        Assert.True(string.CompareOrdinal(read.StartedAt, app.StartedAt) > 0, $"{read.StartedAt} is not later than {app.StartedAt}");
        Assert.All(read.ServicePorts, port => Assert.InRange(port, 0, 65535));
        return read.Instances >= 0;
    }, iter: 4000);

    [Fact]
    public void Who_is_drained_is_found_or_an_error_says_which_label_is_wrong() => Gen.Select(Labels, Labels).Sample((one, other) =>
    {
        var (blue, green) = (new MarathonApp(App("/shop-blue", "blue", one)), new MarathonApp(App("/shop-green", "green", other)));
        if (Soundly.Try(() => PoolRule.Of(blue, green)) is not { } rule) return true;
        return rule.Out.Length <= rule.Older.Tasks.Length && rule.Healthy >= 0;
    }, iter: 4000);

    [Fact]
    public void Groups_are_told_of_and_backends_have_names_whatever_labels_say() => Labels.Sample(labels =>
    {
        var app = new MarathonApp(App("/shop-blue", "blue", labels));
        foreach (var task in app.Tasks) Assert.All(ServerNames.Of(app, task), name => Assert.NotEmpty(name.Server));
        Assert.NotNull(Soundly.Try(() => AppDefinition.FromApp(app)) ?? new AppDefinition([]));
    }, iter: 2000);

    private static JObject App(string id, string colour, (string Name, string Value)[] labels)
    {
        var json = new JObject
        {
            ["id"] = id,
            ["instances"] = 2,
            ["portDefinitions"] = new JArray(new JObject { ["port"] = 10000 }, new JObject { ["port"] = 10002 }),
            ["healthChecks"] = new JArray(new JObject { ["protocol"] = "HTTP" }),
            ["labels"] = new JObject
            {
                [DeploymentLabels.Group] = "shop",
                [DeploymentLabels.AltPort] = "10001,10003",
                [DeploymentLabels.Port0] = "10000",
                [DeploymentLabels.StartedAt] = "2026-02-01T00:00:00.000000",
                [DeploymentLabels.TargetInstances] = "2",
                [DeploymentLabels.NewInstances] = "0",
            },
        };
        if (colour != "none")
        {
            json["labels"]![DeploymentLabels.Colour] = colour;
            json["tasks"] = new JArray(new JObject { ["id"] = $"{colour}.1", ["host"] = "10.0.0.5", ["ports"] = new JArray(31000, 31001), ["state"] = "TASK_RUNNING" });
        }

        foreach (var (name, value) in labels) json["labels"]![name] = value;
        return json;
    }
}
