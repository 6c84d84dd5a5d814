using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace BlueGreen.Engine.Marathon;

/// <summary>
/// Marathon over HTTP. Every call may be repeated after a lost answer, since each is made so that a repeat does no harm; where
/// the repeat is refused because the first try was carried out, the cluster is read to tell.
/// </summary>
internal sealed class MarathonClient(MarathonHttp http) : IMarathon
{
    private const string Embeds =
        "embed=apps.tasks&embed=apps.counts&embed=apps.deployments&embed=apps.lastTaskFailure&embed=apps.readiness";

    private static MarathonRequest InfoRequest { get; } = new(HttpMethod.Get, "/v2/info");

    /// <inheritdoc/>
    public async Task<ImmutableArray<MarathonApp>> GetAppsAsync(AppQuery? query, CancellationToken cancellationToken)
    {
        var path = $"/v2/apps?{Embeds}"
            + (query?.Id is { } id ? $"&id={Uri.EscapeDataString(id)}" : "")
            + (query?.LabelSelector is { } label ? $"&label={Uri.EscapeDataString(label)}" : "");
        var request = new MarathonRequest(HttpMethod.Get, path);
        var (answer, json) = await ReadObjectAsync(request, cancellationToken).ConfigureAwait(false);
        // What does not say that there are none is not to be taken for it.
        if (json["apps"] is not JArray) throw MarathonErrors.NotMarathon(answer, request);
        ImmutableArray<MarathonApp> apps = [.. json.Objects("apps", "answer").Select(app => new MarathonApp(app))];
        // Marathon's ids are unique; two apps by one name could not be told apart by any act.
        var twice = apps.GroupBy(app => app.Id, StringComparer.Ordinal).FirstOrDefault(same => same.Skip(1).Any());
        return twice is null ? apps : throw JsonText.Unreadable("answer", $"the app {twice.Key} is in it twice", null);
    }

    /// <inheritdoc/>
    public async Task<MarathonApp?> FindAppAsync(string id, CancellationToken cancellationToken)
    {
        var request = new MarathonRequest(HttpMethod.Get, $"{AppPath.Of(id)}?{Embeds}", MarathonSubject.App, AppPath.Absolute(id));
        try
        {
            var (answer, json) = await ReadObjectAsync(request, cancellationToken).ConfigureAwait(false);
            return json["app"] is JObject app ? new MarathonApp(app) : throw MarathonErrors.NotMarathon(answer, request);
        }
        catch (BlueGreenException error) when (error.Kind == ErrorKind.NotFound)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public async Task<AcceptedChange> CreateAppAsync(AppDefinition definition, ChangeOptions options, CancellationToken cancellationToken)
    {
        var id = AppPath.Absolute(definition.Id ?? throw new BlueGreenException(
            ErrorKind.InvalidData, "MissingId", "The app definition has no id.", "Add a member \"id\", such as \"/shop\"."));
        var request = new MarathonRequest(HttpMethod.Post, "/v2/apps" + Force(options, '?'), MarathonSubject.App, id, definition.ToJson());
        var answer = await http.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (answer is { IsRepeat: true, Status: 409 }
            && await FindAppAsync(id, cancellationToken).ConfigureAwait(false) is { } live && AppComparison.IsMadeFrom(live, definition))
        {
            return ChangeOf(live);
        }

        return Accepted(answer, request);
    }

    /// <inheritdoc/>
    public async Task<AcceptedChange> UpdateAppAsync(
        string id, AppDefinition changes, ChangeOptions options, CancellationToken cancellationToken)
    {
        var request = new MarathonRequest(
            HttpMethod.Put, AppPath.Of(id) + Force(options, '?'), MarathonSubject.App, AppPath.Absolute(id), changes.ToJson());
        return Accepted(await http.SendAsync(request, cancellationToken).ConfigureAwait(false), request);
    }

    /// <inheritdoc/>
    public Task<AcceptedChange> ScaleAppAsync(string id, int instances, ChangeOptions options, CancellationToken cancellationToken)
    {
        var body = new JObject { ["instances"] = instances };
        return ScaleAsync(AppPath.Of(id), [(AppPath.Absolute(id), instances)], body, options, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<AcceptedChange> ScaleAppsAsync(
        IReadOnlyCollection<(string Id, int Instances)> apps, ChangeOptions options, CancellationToken cancellationToken)
    {
        var absolute = apps.Select(app => (AppPath.Absolute(app.Id), app.Instances)).ToList();
        var body = new JArray(absolute.Select(app => new JObject { ["id"] = app.Item1, ["instances"] = app.Instances }));
        return ScaleAsync("/v2/apps", absolute, body, options, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<AcceptedChange> DeleteAppAsync(string id, ChangeOptions options, CancellationToken cancellationToken)
    {
        var request = new MarathonRequest(
            HttpMethod.Delete, AppPath.Of(id) + Force(options, '?'), MarathonSubject.App, AppPath.Absolute(id)) { IsOnce = options.IsOnce };
        var answer = await http.SendAsync(request, cancellationToken).ConfigureAwait(false);
        try
        {
            return Accepted(answer, request);
        }
        catch (BlueGreenException error) when (error.Kind == ErrorKind.NotFound)
        {
            return new AcceptedChange(null, null);
        }
    }

    /// <inheritdoc/>
    public async Task<AcceptedChange> KillTasksAsync(
        IReadOnlyCollection<string> taskIds, bool scale, ChangeOptions options, CancellationToken cancellationToken)
    {
        if (taskIds.Count == 0) return new AcceptedChange(null, null);
        var body = new JObject { ["ids"] = new JArray(taskIds.Distinct()) }.ToString(Formatting.None);
        // A repeat does not kill or scale twice: Marathon does not count tasks again that are being killed already, and leaves out
        // ids that are gone (source: Marathon's TaskKiller and TasksResource).
        var request = new MarathonRequest(
            HttpMethod.Post, $"/v2/tasks/delete?scale={(scale ? "true" : "false")}{Force(options, '&')}",
            MarathonSubject.Tasks, taskIds.Count == 1 ? taskIds.First() : $"{taskIds.Count} tasks", body) { IsOnce = options.IsOnce };
        return Accepted(await http.SendAsync(request, cancellationToken).ConfigureAwait(false), request);
    }

    /// <inheritdoc/>
    public async Task<ImmutableArray<MarathonDeployment>> GetDeploymentsAsync(CancellationToken cancellationToken)
    {
        var request = new MarathonRequest(HttpMethod.Get, "/v2/deployments");
        var (answer, json) = await ReadAsync(request, cancellationToken).ConfigureAwait(false);
        return json is JArray list
            ? [.. list.OfType<JObject>().Select(MarathonReaders.Deployment)]
            : throw MarathonErrors.NotMarathon(answer, request);
    }

    /// <inheritdoc/>
    public async Task<AcceptedChange> CancelDeploymentAsync(string deploymentId, ChangeOptions options, CancellationToken cancellationToken)
    {
        var request = new MarathonRequest(
            HttpMethod.Delete, $"/v2/deployments/{Uri.EscapeDataString(deploymentId)}{Force(options, '?')}",
            MarathonSubject.Deployment, deploymentId);
        var answer = await http.SendAsync(request, cancellationToken).ConfigureAwait(false);
        // The roll-back that the first try began has taken the deployment's place.
        if (answer is { IsRepeat: true, Status: 404, MayBeJson: true }) return new AcceptedChange(null, null);
        return Accepted(answer, request);
    }

    /// <inheritdoc/>
    public async Task<ImmutableArray<LaunchQueueEntry>> GetLaunchQueueAsync(CancellationToken cancellationToken)
    {
        var (_, json) = await ReadObjectAsync(new MarathonRequest(HttpMethod.Get, "/v2/queue"), cancellationToken).ConfigureAwait(false);
        return json["queue"] is JArray queue
            ? [.. queue.OfType<JObject>().Select(MarathonReaders.QueueEntry).OfType<LaunchQueueEntry>()]
            : [];
    }

    /// <inheritdoc/>
    public async Task<MarathonInfo> GetInfoAsync(CancellationToken cancellationToken)
    {
        var (_, json) = await ReadObjectAsync(InfoRequest, cancellationToken).ConfigureAwait(false);
        return MarathonReaders.Info(json);
    }

    /// <summary>Asks one endpoint who it is, without a retry.</summary>
    internal async Task<MarathonInfo> GetInfoOfAsync(Uri endpoint, CancellationToken cancellationToken)
    {
        var answer = await http.AskOnceAsync(endpoint, InfoRequest, cancellationToken).ConfigureAwait(false);
        return Read(answer, InfoRequest) is JObject json ? MarathonReaders.Info(json) : throw MarathonErrors.NotMarathon(answer, InfoRequest);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<MarathonEvent> WatchEventsAsync(IReadOnlyCollection<string> eventTypes, CancellationToken cancellationToken) =>
        new MarathonEventStream(http).WatchAsync(eventTypes, cancellationToken);

    private async Task<AcceptedChange> ScaleAsync(
        string path, IReadOnlyList<(string Id, int Instances)> apps, JToken body, ChangeOptions options, CancellationToken cancellationToken)
    {
        var request = new MarathonRequest(
            HttpMethod.Put, path + Force(options, '?'), MarathonSubject.App,
            string.Join(", ", apps.Select(app => app.Id)), body.ToString(Formatting.None)) { IsOnce = options.IsOnce };
        var answer = await http.SendAsync(request, cancellationToken).ConfigureAwait(false);
        // The deployment that the first try began holds the apps against the second.
        return answer is { IsRepeat: true, Status: 409 } && await FindScaledAsync(apps, cancellationToken).ConfigureAwait(false) is { } done
            ? done
            : Accepted(answer, request);
    }

    /// <summary>The change that gave all these apps these numbers of instances; null when one has another number.</summary>
    private async Task<AcceptedChange?> FindScaledAsync(IReadOnlyList<(string Id, int Instances)> apps, CancellationToken cancellationToken)
    {
        AcceptedChange? change = null;
        foreach (var (id, instances) in apps)
        {
            var live = await FindAppAsync(id, cancellationToken).ConfigureAwait(false);
            if (live?.Instances != instances) return null;
            change ??= ChangeOf(live);
        }

        return change;
    }

    private static string Force(ChangeOptions options, char separator) => options.Force ? $"{separator}force=true" : "";

    private static AcceptedChange ChangeOf(MarathonApp live) => new(live.Deployments.FirstOrDefault(), live.Version);

    private static AcceptedChange Accepted(MarathonAnswer answer, MarathonRequest request)
    {
        if (!answer.IsSuccess) throw MarathonErrors.From(answer, request);
        // A page with status 200 is a login form: nothing was changed.
        if (answer.Body.Length > 0 && !answer.MayBeJson) throw MarathonErrors.NotMarathon(answer, request);
        return MarathonReaders.Change(answer);
    }

    private static JToken Read(MarathonAnswer answer, MarathonRequest request)
    {
        if (!answer.IsSuccess) throw MarathonErrors.From(answer, request);
        return answer.MayBeJson ? JsonText.Parse(answer.Body, "answer") : throw MarathonErrors.NotMarathon(answer, request);
    }

    private async Task<(MarathonAnswer Answer, JToken Json)> ReadAsync(MarathonRequest request, CancellationToken cancellationToken)
    {
        var answer = await http.SendAsync(request, cancellationToken).ConfigureAwait(false);
        return (answer, Read(answer, request));
    }

    private async Task<(MarathonAnswer Answer, JObject Json)> ReadObjectAsync(MarathonRequest request, CancellationToken cancellationToken)
    {
        var (answer, json) = await ReadAsync(request, cancellationToken).ConfigureAwait(false);
        return (answer, json as JObject ?? throw MarathonErrors.NotMarathon(answer, request));
    }
}
