using System.Text.Json.Nodes;
using BlueGreen.Lab.Marathon.State;

namespace BlueGreen.Lab.Marathon.Instances;

/// <summary>Launches scheduled instances as soon as their app's back-off allows and an agent fits. Owned by the cluster loop.</summary>
internal sealed class LaunchQueue(
    ClusterLoop loop, InstanceTracker tracker, AgentPool agents, TaskSupervisor supervisor, LaunchDelays delays,
    Func<PathId, AppDefinition?> currentApp, Func<PathId, bool> isBeingDeployed, TimeProvider time)
{
    private static readonly string[] ReasonFunnel =
    [
        "UnfulfilledRole", "UnfulfilledConstraint", "NoCorrespondingReservationFound", "AgentMaintenance", "InsufficientCpus",
        "InsufficientMemory", "InsufficientDisk", "InsufficientGpus", "InsufficientPorts", "DeclinedScarceResources",
    ];

    private readonly Dictionary<PathId, OfferStatistics> _statistics = [];
    private readonly HashSet<PathId> _timed = [];

    /// <summary>Schedules instances of the app and tries to launch them.</summary>
    public IReadOnlyList<Instance> Add(AppDefinition app, int count)
    {
        var added = Enumerable.Range(0, count).Select(_ => tracker.Add(app)).ToList();
        Pump(app.Id);
        return added;
    }

    /// <summary>Launches what may be launched now; comes back by itself when a back-off is what stands in the way.</summary>
    public void Pump(PathId appId)
    {
        foreach (var instance in tracker.OfApp(appId).Where(i => i.IsScheduled))
        {
            var app = currentApp(appId) ?? instance.App;
            // What was meant for another configuration is replaced by the deployment that changes it.
            if (isBeingDeployed(appId) && app.VersionInfo!.LastConfigChangeAt != instance.App.VersionInfo!.LastConfigChangeAt) continue;
            if (delays.NotBefore(app) > time.GetUtcNow())
            {
                WakeAt(appId, delays.NotBefore(app));
                return;
            }

            Launch(instance, app);
        }
    }

    /// <summary>Something became free: whoever waits for it may try again.</summary>
    public void PumpAll()
    {
        foreach (var appId in tracker.All.Where(i => i.IsScheduled).Select(i => i.AppId).Distinct().ToList())
            Pump(appId);
    }

    public void ResetDelay(AppDefinition app)
    {
        delays.Reset(app);
        Pump(app.Id);
    }

    public JsonArray ToJson(bool withUnusedOffers) => tracker.All
        .Where(i => i.IsScheduled || i.Condition == Condition.Provisioned)
        .GroupBy(i => i.AppId)
        .Where(waiting => currentApp(waiting.Key) is not null)
        .Select(waiting => (JsonNode)ToJson(currentApp(waiting.Key)!, [.. waiting], withUnusedOffers))
        .ToJsonArray();

    private void Launch(Instance instance, AppDefinition app)
    {
        var statistics = Statistics(app.Id);
        var placement = agents.TryPlace(instance, app, out var rejections);
        statistics.Rejected(rejections, time.GetUtcNow());
        if (placement is null) return;
        statistics.LastUsedAt = time.GetUtcNow();
        statistics.Processed++;
        delays.Advance(app);
        supervisor.Launch(instance, app, placement);
    }

    private void WakeAt(PathId appId, DateTimeOffset when)
    {
        if (!_timed.Add(appId)) return;
        loop.Post(async () =>
        {
            var wait = when - time.GetUtcNow();
            await Task.Delay(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, time);
            _timed.Remove(appId);
            Pump(appId);
        });
    }

    private OfferStatistics Statistics(PathId appId) =>
        _statistics.TryGetValue(appId, out var found) ? found : _statistics[appId] = new OfferStatistics();

    private JsonObject ToJson(AppDefinition app, IReadOnlyList<Instance> waiting, bool withUnusedOffers)
    {
        var left = delays.NotBefore(app) - time.GetUtcNow();
        var seconds = left > TimeSpan.Zero ? (long)Math.Ceiling(left.TotalSeconds) : 0;
        var statistics = Statistics(app.Id);
        var summary = new JsonObject
        {
            ["processedOffersCount"] = statistics.Processed,
            ["unusedOffersCount"] = statistics.Unused,
        };
        if (statistics.LastUnusedAt is { } unused) summary["lastUnusedOfferAt"] = unused.ToMarathon();
        if (statistics.LastUsedAt is { } used) summary["lastUsedOfferAt"] = used.ToMarathon();
        summary["rejectSummaryLastOffers"] = Funnel(
            statistics.LastReasons.Values.CountBy(offer => offer.Reasons[0]).ToDictionary(), statistics.LastReasons.Count);
        summary["rejectSummaryLaunchAttempt"] = Funnel(statistics.Declined, statistics.Processed);
        var json = new JsonObject
        {
            ["count"] = waiting.Count,
            ["role"] = Definitions.AppNormalizer.DefaultRole,
            ["delay"] = new JsonObject { ["timeLeftSeconds"] = seconds, ["overdue"] = seconds == 0 },
            ["since"] = waiting.Min(i => i.QueuedSince).ToMarathon(),
            ["processedOffersSummary"] = summary,
        };
        if (withUnusedOffers)
        {
            json["lastUnusedOffers"] = statistics.LastReasons.Select(offer => (JsonNode)new JsonObject
            {
                ["offer"] = new JsonObject
                {
                    ["id"] = $"{offer.Key.Id}-O",
                    ["agentId"] = offer.Key.Id,
                    ["hostname"] = offer.Key.Host,
                    ["resources"] = new JsonArray(),
                    ["attributes"] = new JsonArray(),
                },
                ["reason"] = offer.Value.Reasons.ToJsonArray(),
                ["timestamp"] = offer.Value.At.ToMarathon(),
            }).ToJsonArray();
        }

        json["app"] = app.ToJson();
        return json;
    }

    /// <summary>For each reason, how many offers it alone declined of those that no earlier reason had.</summary>
    private static JsonArray Funnel(IReadOnlyDictionary<string, int> counts, int processed)
    {
        var left = processed;
        return ReasonFunnel.Select(reason =>
        {
            var declined = counts.GetValueOrDefault(reason);
            var step = new JsonObject { ["reason"] = reason, ["declined"] = declined, ["processed"] = left };
            left -= declined;
            return (JsonNode)step;
        }).ToJsonArray();
    }

    /// <summary>What became of the offers that an app was tried with.</summary>
    private sealed class OfferStatistics
    {
        public int Processed { get; set; }

        public int Unused => Declined.Values.Sum();

        public DateTimeOffset? LastUsedAt { get; set; }

        public DateTimeOffset? LastUnusedAt { get; private set; }

        /// <summary>How many offers each reason declined, since the app's first launch.</summary>
        public Dictionary<string, int> Declined { get; } = [];

        public Dictionary<Agent, (IReadOnlyList<string> Reasons, DateTimeOffset At)> LastReasons { get; } = [];

        public void Rejected(IReadOnlyList<(Agent Agent, IReadOnlyList<string> Reasons)> rejections, DateTimeOffset now)
        {
            foreach (var (agent, reasons) in rejections)
            {
                LastReasons[agent] = (reasons, now);
                Declined[reasons[0]] = Declined.GetValueOrDefault(reasons[0]) + 1;
                Processed++;
                LastUnusedAt = now;
            }
        }
    }
}
