using BlueGreen.Engine.Marathon;
using BlueGreen.Engine.Tests.Session;

namespace BlueGreen.Engine.Tests.Marathon;

public class MarathonRefusalTests
{
    private static readonly AppDefinition Shop = AppDefinition.Parse("""{"id":"/shop"}""", "shop.json");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_locked_app_names_the_deployments_that_hold_it()
    {
        var error = await RefusalAsync(409, "application/json", Bodies.Locked, m => m.ScaleAppAsync("/shop", 2, ChangeOptions.Default, Token));

        Assert.Equal(("AppLocked", ErrorKind.Locked, "/shop"), (error.ErrorId, error.Kind, error.Target));
        Assert.Equal("/shop is held by deployment d-7, d-8.", error.Message);
        Assert.Equal(["d-7", "d-8"], (string[])error.Data["DeploymentIds"]!);
    }

    [Fact]
    public async Task An_app_that_is_there_already_is_told_from_a_locked_one()
    {
        var error = await RefusalAsync(
            409, "application/json", """{"message":"An app with id [/shop] already exists."}""", m => m.CreateAppAsync(Shop, ChangeOptions.Default, Token));

        Assert.Equal(("AppExists", ErrorKind.AlreadyExists), (error.ErrorId, error.Kind));
    }

    [Fact]
    public async Task What_Marathon_finds_wrong_is_named_with_its_place()
    {
        var body = """{"message":"Object is not valid","details":[{"path":"/healthChecks(0)/path","errors":["must not be empty","is odd"]},{"path":"/id","errors":["bad"]}]}""";

        var error = await RefusalAsync(422, "application/json", body, m => m.CreateAppAsync(Shop, ChangeOptions.Default, Token));

        Assert.Equal(("AppRefused", ErrorKind.InvalidData), (error.ErrorId, error.Kind));
        Assert.Equal("Marathon refuses the app: Object is not valid: /healthChecks(0)/path: must not be empty; is odd. /id: bad.", error.Message);
    }

    [Theory]
    [InlineData(400, """{"message":"Invalid JSON","details":"Unexpected character"}""", "AppRefused", ErrorKind.InvalidData)]
    [InlineData(401, """{"message":"who are you"}""", "AuthenticationFailed", ErrorKind.AuthenticationFailed)]
    [InlineData(403, """{"message":"Not Authorized to perform this action!"}""", "PermissionDenied", ErrorKind.PermissionDenied)]
    [InlineData(403, """{"message":"Max number (100) of running deployments reached."}""", "TooManyDeployments", ErrorKind.Locked)]
    [InlineData(404, """{"message":"App '/shop' does not exist"}""", "AppNotFound", ErrorKind.NotFound)]
    [InlineData(500, """{"message":"it broke"}""", "MarathonFailed", ErrorKind.ProtocolError)]
    [InlineData(503, "", "MarathonUnreachable", ErrorKind.Unavailable)]
    [InlineData(418, "", "MarathonAnswerUnreadable", ErrorKind.ProtocolError)]
    [InlineData(200, "[1, 2", "MarathonAnswerUnreadable", ErrorKind.ProtocolError)]
    public async Task Each_status_has_its_error(int status, string body, string errorId, ErrorKind kind)
    {
        var error = await RefusalAsync(status, "application/json", body, m => m.ScaleAppAsync("/shop", 2, ChangeOptions.Default, Token));

        Assert.Equal((errorId, kind), (error.ErrorId, error.Kind));
        Assert.NotEmpty(error.Remedy);
    }

    [Fact]
    public async Task A_lock_without_a_holder_and_a_conflict_without_a_lock_are_told_apart()
    {
        var locked = await RefusalAsync(409, "application/json", """{"message":"App is locked by one or more deployments."}""", m => m.DeleteAppAsync("/shop", ChangeOptions.Default, Token));
        var other = await RefusalAsync(409, "application/json", """{"message":"The version is not the last one."}""", m => m.DeleteAppAsync("/shop", ChangeOptions.Default, Token));

        Assert.Equal(("AppLocked", "/shop is held by another deployment."), (locked.ErrorId, locked.Message));
        Assert.Equal(("AppConflict", ErrorKind.Locked), (other.ErrorId, other.Kind));
        Assert.Contains("not the last one", other.Message);
    }

    [Fact]
    public async Task What_is_refused_names_what_it_was_about()
    {
        var tasks = await RefusalAsync(400, "application/json", """{"message":"Invalid task id 'x'"}""", m => m.KillTasksAsync(["x"], true, ChangeOptions.Default, Token));
        var deployment = await RefusalAsync(404, "application/json", """{"message":"DeploymentPlan d-1 does not exist"}""", m => m.CancelDeploymentAsync("d-1", ChangeOptions.Default, Token));
        var selector = await RefusalAsync(400, "application/json", """{"message":"Label selector is not valid"}""", m => m.GetAppsAsync(new AppQuery(LabelSelector: "=="), Token));
        var unknown = await RefusalAsync(404, "application/json", """{"message":"not here"}""", m => m.GetLaunchQueueAsync(Token));

        Assert.Equal(("TasksRefused", ErrorKind.InvalidData, "x"), (tasks.ErrorId, tasks.Kind, tasks.Target));
        Assert.Equal(("DeploymentNotFound", ErrorKind.NotFound, "d-1"), (deployment.ErrorId, deployment.Kind, deployment.Target));
        Assert.Equal(("RequestRefused", ErrorKind.InvalidData), (selector.ErrorId, selector.Kind));
        Assert.Equal(("NotFound", ErrorKind.NotFound), (unknown.ErrorId, unknown.Kind));
        Assert.All([tasks, deployment, selector, unknown], error => Assert.EndsWith(".", error.Remedy));
    }

    [Theory]
    [InlineData("""{"apps":[{"cmd":"serve"}]}""", "AppWithoutId")]
    [InlineData("""{"apps":[{"id":"/shop","tasks":[{"host":"a"}]}]}""", "TaskWithoutId")]
    public async Task An_answer_without_the_ids_that_Marathon_always_gives_is_not_Marathons(string body, string errorId)
    {
        var error = await RefusalAsync(200, "application/json", body, m => m.GetAppsAsync(null, Token));

        Assert.Equal((errorId, ErrorKind.ProtocolError), (error.ErrorId, error.Kind));
    }

    [Fact]
    public void A_client_of_nobody_is_refused() =>
        Assert.Equal("NoMarathonAddress", Assert.Throws<BlueGreenException>(() => new EndpointSet([])).ErrorId);

    [Theory]
    [InlineData(401, "AuthenticationFailed")]
    [InlineData(403, "PermissionDenied")]
    [InlineData(200, "MarathonAnswerUnreadable")]
    [InlineData(500, "MarathonAnswerUnreadable")]
    public async Task A_page_for_people_is_never_read_as_json(int status, string errorId)
    {
        // With a lying content type too.
        foreach (var type in new[] { "text/html", "application/json" })
        {
            var error = await RefusalAsync(status, type, "<!DOCTYPE html><title>Sign in</title>", m => m.GetAppsAsync(null, Token));

            Assert.Equal(errorId, error.ErrorId);
            Assert.DoesNotContain("DOCTYPE", error.Message);
        }
    }

    [Fact]
    public async Task A_login_page_in_place_of_an_accepted_change_is_an_error()
    {
        var error = await RefusalAsync(200, "text/html", "<html>", m => m.DeleteAppAsync("/shop", ChangeOptions.Default, Token));

        Assert.Equal("MarathonAnswerUnreadable", error.ErrorId);
    }

    [Fact]
    public async Task Reads_follow_a_redirect_and_changes_do_not()
    {
        await using var leader = await LoopbackServer.StartAsync((http, _) => http.Json(200, """{"apps":[]}"""));
        await using var server = await LoopbackServer.StartAsync((http, _) =>
        {
            http.Response.Headers.Location = new Uri(leader.Address, "/v2/apps").AbsoluteUri;
            return http.Empty(307);
        });
        using var marathon = new MarathonAt(server.Address);

        Assert.Empty(await marathon.Client.GetAppsAsync(null, Token));
        var error = await Assert.ThrowsAsync<BlueGreenException>(() => marathon.Client.CreateAppAsync(Shop, ChangeOptions.Default, Token));

        Assert.Equal("RedirectRefused", error.ErrorId);
        Assert.Single(leader.Requests);
    }

    [Fact]
    public async Task Redirects_in_a_ring_end()
    {
        await using var server = await LoopbackServer.StartAsync((http, _) =>
        {
            http.Response.Headers.Location = "/v2/apps?again";
            return http.Empty(302);
        });
        using var marathon = new MarathonAt(server.Address);

        var error = await Assert.ThrowsAsync<BlueGreenException>(() => marathon.Client.GetAppsAsync(null, Token));

        Assert.Equal("RedirectRefused", error.ErrorId);
    }

    private static async Task<BlueGreenException> RefusalAsync(int status, string type, string body, Func<IMarathon, Task> call)
    {
        await using var server = await LoopbackServer.StartAsync((http, _) => http.Text(status, type, body));
        using var marathon = new MarathonAt(server.Address);
        return await Assert.ThrowsAsync<BlueGreenException>(() => call(marathon.Client));
    }
}
