using BlueGreen.Engine.Marathon;

namespace BlueGreen.Engine.Tests.Marathon;

public class LiveAppCleanerTests
{
    [Fact]
    public void What_an_app_only_tells_is_left_out_and_what_is_unknown_stays()
    {
        Cleaned(
            """
            {"id":"/a","cmd":"x","version":"v","versionInfo":{},"tasks":[],"tasksStaged":0,"tasksRunning":1,"tasksHealthy":1,"tasksUnhealthy":0,
             "deployments":[],"lastTaskFailure":{},"readinessCheckResults":[],"taskStats":{},"user":null,"newFeature":{"deep":[1,{"x":0.10}]}}
            """,
            """{"id":"/a","cmd":"x","newFeature":{"deep":[1,{"x":0.10}]}}""");
    }

    [Theory]
    [InlineData("""{"id":"/a","uris":["u"],"fetch":[{"uri":"u"}]}""", """{"id":"/a","fetch":[{"uri":"u"}]}""")]
    [InlineData("""{"id":"/a","uris":["u"],"fetch":[]}""", """{"id":"/a","uris":["u"]}""")]
    [InlineData("""{"id":"/a","ports":[1],"portDefinitions":[{"port":1,"name":"http"}]}""", """{"id":"/a","portDefinitions":[{"port":1,"name":"http"}]}""")]
    [InlineData("""{"id":"/a","ports":[1]}""", """{"id":"/a","ports":[1]}""")]
    [InlineData(
        """{"id":"/a","ports":[1],"portDefinitions":[{"port":1}],"container":{"docker":{"network":"BRIDGE","portMappings":[{"servicePort":1}]}}}""",
        """{"id":"/a","container":{"docker":{"network":"BRIDGE","portMappings":[{"servicePort":1}]}}}""")]
    [InlineData(
        """{"id":"/a","networks":[{"mode":"container","name":"n"}],"ipAddress":{},"container":{"docker":{"network":"USER","portMappings":[{"servicePort":1}]},"portMappings":[{"servicePort":1}]}}""",
        """{"id":"/a","networks":[{"mode":"container","name":"n"}],"container":{"docker":{},"portMappings":[{"servicePort":1}]}}""")]
    [InlineData("""{"id":"/a","ipAddress":{"groups":["dev"]}}""", """{"id":"/a","ipAddress":{"groups":["dev"]}}""")]
    public void What_is_told_twice_stays_once(string live, string file) => Cleaned(live, file);

    [Fact]
    public void The_labels_of_an_app_that_no_tool_made_are_the_users_own()
    {
        const string app = """{"id":"/a","ports":[10001],"labels":{"HAPROXY_0_PORT":"10000","HAPROXY_DEPLOYMENT_GROUP":"a","HAPROXY_DEPLOYMENT_ALT_PORT":"10001"}}""";

        Cleaned(app, app);
    }

    [Fact]
    public void Of_a_colour_the_id_and_the_ports_come_back_but_only_as_far_as_the_tool_set_them()
    {
        Cleaned(
            """
            {"id":"/team/shop-green","ports":[20001,30000],"labels":{"HAPROXY_GROUP":"external","HAPROXY_APP_ID":"team/shop","HAPROXY_0_PORT":"20000","HAPROXY_1_PORT":"30001",
             "HAPROXY_DEPLOYMENT_GROUP":"shop","HAPROXY_DEPLOYMENT_ALT_PORT":"20001","HAPROXY_DEPLOYMENT_COLOUR":"green","HAPROXY_DEPLOYMENT_NEW_INSTANCES":"0",
             "HAPROXY_DEPLOYMENT_STARTED_AT":"2026-03-01T15:51:38.184623","HAPROXY_DEPLOYMENT_TARGET_INSTANCES":"3"}}
            """,
            """
            {"id":"team/shop","ports":[20000,30000],
             "labels":{"HAPROXY_GROUP":"external","HAPROXY_1_PORT":"30001","HAPROXY_DEPLOYMENT_GROUP":"shop","HAPROXY_DEPLOYMENT_ALT_PORT":"20001"}}
            """);
    }

    private static void Cleaned(string live, string file) => AppDefinitionTests.Same(file, AppDefinition.FromApp(MarathonApp.Parse(live)));
}
