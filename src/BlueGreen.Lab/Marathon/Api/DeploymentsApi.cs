using BlueGreen.Lab.Marathon.Deployments;

namespace BlueGreen.Lab.Marathon.Api;

/// <summary><c>/v2/deployments</c>: what is under way, and its end before the end.</summary>
internal sealed class DeploymentsApi(MarathonCluster cluster)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v2/deployments", ApiHandling.OnLoop(cluster, _ => ApiReply.Ok(cluster.Deployments.ToJson())));
        routes.MapDelete("/v2/deployments/{path}", ApiHandling.OnLoop(cluster, Delete));
    }

    private ApiReply Delete(ApiRequest request)
    {
        var deployment = cluster.Deployments.Find(request.Path)
            ?? throw ApiException.NotFound($"DeploymentPlan {request.Path} does not exist");
        if (request.Flag("force"))
        {
            cluster.Deployments.Cancel(deployment);
            return new ApiReply(202);
        }

        return ApiReply.Deployed(cluster.Groups.Update(
            PathId.Root, (root, version) => PlanReverter.Revert(deployment.Plan, root, version), force: true));
    }
}
