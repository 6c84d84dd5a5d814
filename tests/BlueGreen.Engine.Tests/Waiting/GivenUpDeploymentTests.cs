using System.Text;
using BlueGreen.Engine.Tests.Marathon;
using BlueGreen.Engine.Tests.Session;
using BlueGreen.Engine.Waiting;

namespace BlueGreen.Engine.Tests.Waiting;

public class GivenUpDeploymentTests
{
    [Fact]
    public async Task A_deployment_that_Marathon_gives_up_is_an_error_at_once()
    {
        var token = TestContext.Current.CancellationToken;
        await using var server = await LoopbackServer.StartAsync(async (http, request) =>
        {
            if (!request.PathAndQuery.StartsWith("/v2/events", StringComparison.Ordinal))
            {
                await http.Json(200, Bodies.Deployments);
                return;
            }

            http.Response.ContentType = "text/event-stream";
            await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes("event: deployment_failed\ndata: {\"eventType\":\"deployment_failed\",\"id\":\"d-7\"}\n\n"));
            await http.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, http.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        });
        using var marathon = new MarathonAt(server.Address);
        var errors = new List<BlueGreenException>();

        await new ClusterWaits(marathon.Client, SilentSink.Instance).WaitForDeploymentsAsync(["d-7"], TimeSpan.FromMinutes(1), errors.Add, token);

        var error = Assert.Single(errors);
        Assert.Equal(("DeploymentFailed", ErrorKind.Locked, "d-7"), (error.ErrorId, error.Kind, error.Target));
    }
}
