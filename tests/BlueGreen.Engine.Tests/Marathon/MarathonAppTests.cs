using BlueGreen.Engine.Haproxy;
using BlueGreen.Engine.Marathon;
using CsCheck;

namespace BlueGreen.Engine.Tests.Marathon;

public class MarathonAppTests
{
    private static readonly string[] Members =
    [
        "instances", "container", "labels", "env", "networks", "ports", "portDefinitions", "ipAddress", "tasks", "deployments", "healthChecks",
        "versionInfo", "lastTaskFailure", "tasksRunning",
    ];

    [Fact]
    public void Members_that_are_null_count_as_absent_as_versions_before_1_5_write_them()
    {
        var app = MarathonApp.Parse(
            """{"id":"/a","cmd":null,"container":null,"ipAddress":null,"labels":null,"env":null,"ports":[10013,10015],"healthChecks":[],"lastTaskFailure":null}""");

        Assert.Equal(NetworkMode.Host, app.Networking.Mode);
        Assert.Equal([10013, 10015], app.ServicePorts);
        Assert.Null(app.Image);
        Assert.Null(app.LastTaskFailure);
    }

    [Theory]
    [InlineData("four")]
    [InlineData("-1")]
    public void A_number_in_a_label_that_is_none_is_an_error_that_names_the_label(string number)
    {
        var app = MarathonApp.Parse($$$"""{"id":"/a","labels":{"HAPROXY_DEPLOYMENT_TARGET_INSTANCES":"{{{number}}}"}}""");

        var error = Assert.Throws<BlueGreenException>(() => app.TargetInstances);

        Assert.Equal(("InvalidDeploymentLabel", ErrorKind.InvalidData, "/a"), (error.ErrorId, error.Kind, error.Target));
        Assert.Contains("HAPROXY_DEPLOYMENT_TARGET_INSTANCES", error.Message);
        Assert.Contains($"'{number}'", error.Message);
    }

    [Fact]
    public void No_app_whatever_breaks_the_reader()
    {
        var value = Gen.OneOf(
            "null", "1", "-1", "1.5", "1e20", "99999999999999999999", "\"x\"", "true", "[]", "{}", "[null]", "[\"x\"]", "[1,1e30]", "[{}]", "[[]]",
            """{"docker":null}""", """{"docker":"x"}""", """{"docker":{"portMappings":[1,{"servicePort":"x"}],"image":[]}}""", """{"portMappings":[{"servicePort":1}]}""",
            """{"discovery":null}""", """{"discovery":{"ports":[1,{}]}}""", """[{"id":"t","ports":["x",null],"healthCheckResults":[1,{"alive":"x"}],"ipAddresses":[{}]}]""",
            """{"HAPROXY_DEPLOYMENT_GROUP":{"a":1}}""", """{"HAPROXY_0_PORT":[1]}""", """[{"mode":1}]""");
        var app = Gen.Select(Gen.OneOf(Members), value).Array[0, 8]
            .Select(members => $"{{\"id\":\"/a\",{string.Join(",", members.DistinctBy(m => m.Item1).Select(m => $"\"{m.Item1}\":{m.Item2}"))}}}".Replace(",}", "}"));

        app.Sample(text =>
        {
            try
            {
                var read = MarathonApp.Parse(text);
                _ = (read.Image, read.Env, read.LastScalingAt, read.LastTaskFailure, read.TasksRunning, read.IsDeploying, ServerNames.Backends(read));
                _ = read.Tasks.SelectMany(task => ServerNames.Of(read, task)).ToList();
                _ = AppDefinition.FromApp(read);
                return true;
            }
            catch (BlueGreenException)
            {
                return true;
            }
        });
    }
}
