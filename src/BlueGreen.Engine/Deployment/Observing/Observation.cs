using BlueGreen.Engine.Haproxy;
using BlueGreen.Engine.Marathon;

namespace BlueGreen.Engine.Deployment.Observing;

/// <summary>
/// The apps that a run is about, and where it goes. Fixed for the whole run, however the apps are scaled: a deployment and its undo
/// differ in nothing but who stays and who leaves.
/// </summary>
/// <param name="Group">The deployment group.</param>
/// <param name="LeavingId">The app that is replaced; null on a first deployment.</param>
/// <param name="StayingId">The app that replaces it.</param>
internal sealed record Roles(string Group, string? LeavingId, string StayingId);

/// <summary>All that was seen of one group at one time. Immutable; nothing later is ever written into it.</summary>
/// <param name="At">When the load balancers were read.</param>
/// <param name="MarathonAt">When Marathon was read: at the same time or somewhat before.</param>
/// <param name="Apps">The apps of the group, in Marathon's order.</param>
/// <param name="LoadBalancers">One reading an instance.</param>
internal sealed record Observation(
    DateTimeOffset At,
    DateTimeOffset MarathonAt,
    ImmutableArray<MarathonApp> Apps,
    ImmutableArray<LoadBalancerReading> LoadBalancers)
{
    /// <summary>Why Marathon could not be read this time, so that the apps are those of an earlier look; null when it could.</summary>
    public string? MarathonProblem { get; init; }

    /// <summary>Whether the tasks' own gauges of pending operations count: then what they do not say is unknown.</summary>
    public bool AsksPendingOperations { get; init; }

    /// <summary>What the gauges said of those tasks that were out of every pool before.</summary>
    public ImmutableArray<PendingOperationsReading> PendingOperations { get; init; } = [];

    /// <summary>
    /// The tasks that wait to be started, read when some do and nothing has happened for some seconds; empty while things go on.
    /// </summary>
    public ImmutableArray<LaunchQueueEntry> LaunchQueue { get; init; } = [];

    public MarathonApp? Find(string? id) => id is null ? null : Apps.FirstOrDefault(app => app.Id == id);

    /// <summary>What the launch queue says of an app; null when it was not read, or no task of the app waits.</summary>
    public LaunchQueueEntry? Queued(MarathonApp app) => LaunchQueue.FirstOrDefault(entry => entry.AppId == app.Id && entry.Count > 0);
}
