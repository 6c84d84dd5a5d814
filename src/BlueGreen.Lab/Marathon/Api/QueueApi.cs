using System.Text.Json.Nodes;

namespace BlueGreen.Lab.Marathon.Api;

/// <summary><c>/v2/queue</c>: what waits to be launched, and why.</summary>
internal sealed class QueueApi(MarathonCluster cluster)
{
    private const string Delay = "/delay";

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v2/queue", ApiHandling.OnLoop(cluster, request =>
            ApiReply.Ok(new JsonObject { ["queue"] = cluster.Queue.ToJson(request.QueryAll("embed").Contains("lastUnusedOffers")) })));
        routes.MapDelete("/v2/queue/{**path}", ApiHandling.OnLoop(cluster, ResetDelay));
    }

    private ApiReply ResetDelay(ApiRequest request)
    {
        if (!request.Path.EndsWith(Delay, StringComparison.Ordinal)) throw ApiException.NotFound("URI not found");
        var id = PathId.Parse(request.Path[..^Delay.Length]);
        if (cluster.Groups.Root.App(id) is not { } app || !cluster.Tracker.OfApp(id).Any(i => i.IsScheduled))
            throw ApiException.NotFound($"Application {id} not found in tasks queue.");
        cluster.Queue.ResetDelay(app);
        return new ApiReply(204);
    }
}
