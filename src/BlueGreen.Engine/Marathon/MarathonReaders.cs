using Newtonsoft.Json.Linq;

namespace BlueGreen.Engine.Marathon;

/// <summary>Reads what Marathon tells of itself and its work.</summary>
internal static class MarathonReaders
{
    public static MarathonDeployment Deployment(JObject json)
    {
        var actions = json["currentActions"] is JArray current ? current.OfType<JObject>() : [];
        return new MarathonDeployment(
            json.Text("id") ?? "",
            json.Text("version") ?? "",
            json["affectedApps"] is JArray apps ? [.. apps.Select(a => a.AsText())] : [],
            json.Number("currentStep") ?? 0,
            json.Number("totalSteps") ?? 0,
            // Before 0.9 an action's name was its type.
            [.. actions.Select(a => $"{a.Text("action") ?? a.Text("type")} {a.Text("app") ?? a.Text("pod")}".Trim())]);
    }

    /// <summary>Null for an entry that is about a pod.</summary>
    public static LaunchQueueEntry? QueueEntry(JObject json)
    {
        if ((json["app"] as JObject)?.Text("id") is not { } appId) return null;
        var offers = json["processedOffersSummary"] as JObject;
        return new LaunchQueueEntry(
            appId,
            json.Number("count") ?? 0,
            TimeSpan.FromSeconds((json["delay"] as JObject)?.Number("timeLeftSeconds") ?? 0),
            offers?.Number("unusedOffersCount") ?? 0,
            offers?.Number("processedOffersCount") ?? 0);
    }

    public static MarathonInfo Info(JObject json) =>
        new(json.Text("name") ?? "marathon", json.Text("version") ?? "", json.Text("leader") is { Length: > 0 } leader ? leader : null);

    /// <summary>What an answer to a change says of its deployment: in its header, or in its body in one of two shapes.</summary>
    public static AcceptedChange Change(MarathonAnswer answer)
    {
        var json = answer.MayBeJson ? JsonText.Parse(answer.Body, "answer") as JObject : null;
        var deployment = answer.DeploymentId
            ?? json?.Text("deploymentId")
            ?? (json?["deployments"] as JArray)?.OfType<JObject>().FirstOrDefault()?.Text("id");
        return new AcceptedChange(deployment, json?.Text("version"));
    }
}
