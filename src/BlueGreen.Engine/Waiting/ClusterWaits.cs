using System.Collections.Concurrent;
using BlueGreen.Engine.Marathon;

namespace BlueGreen.Engine.Waiting;

/// <summary>
/// Waits for what Marathon is doing. Looks when Marathon tells of a change, and every few seconds all the same. An outage of Marathon
/// does not end a wait before its time.
/// </summary>
public sealed class ClusterWaits
{
    private static readonly TimeSpan Fallback = TimeSpan.FromSeconds(5);

    private readonly IMarathon _marathon;
    private readonly IEngineSink _sink;
    private readonly TimeProvider _time;
    private readonly Func<Action<MarathonEvent>, CancellationToken, IWakeUp> _wakeUp;

    /// <summary>Waits by the clock of the machine.</summary>
    public ClusterWaits(IMarathon marathon, IEngineSink sink)
        : this(marathon, sink, TimeProvider.System, (onEvent, token) => new MarathonWakeUp(marathon, TimeProvider.System, sink, token, onEvent))
    {
    }

    internal ClusterWaits(IMarathon marathon, IEngineSink sink, TimeProvider time, Func<Action<MarathonEvent>, CancellationToken, IWakeUp> wakeUp)
    {
        _marathon = marathon;
        _sink = sink;
        _time = SteadyClock.Of(time);
        _wakeUp = wakeUp;
    }

    /// <summary>Waits until all wanted tasks of an app run and are healthy, and no deployment holds it.</summary>
    /// <exception cref="BlueGreenException">As with <see cref="WaitForAppsAsync"/>.</exception>
    public async Task<MarathonApp> WaitForAppAsync(string id, TimeSpan timeout, CancellationToken cancellationToken)
    {
        MarathonApp? ready = null;
        BlueGreenException? failure = null;
        await WaitForAppsAsync([id], timeout, app => ready = app, error => failure = error, cancellationToken).ConfigureAwait(false);
        return ready ?? throw failure!;
    }

    /// <summary>Waits for several apps at the same time, each until all its wanted tasks run and are healthy, and no deployment holds it.</summary>
    /// <param name="ids">The apps.</param>
    /// <param name="timeout">How long at the most.</param>
    /// <param name="onReady">Called with each app as soon as it is ready.</param>
    /// <param name="onFailure">
    /// Called for each app that is not: <c>AppNotReady</c> (timeout) with the reason, <c>AppNotFound</c> when it is not there or goes away.
    /// </param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task WaitForAppsAsync(
        IReadOnlyCollection<string> ids, TimeSpan timeout, Action<MarathonApp> onReady, Action<BlueGreenException> onFailure,
        CancellationToken cancellationToken)
    {
        return WaitAsync(
            ids, timeout, (id, _) => LookAsync(id),
            (id, reason) => new BlueGreenException(
                ErrorKind.Timeout, "AppNotReady", $"{id} is not ready after {timeout.TotalSeconds:0.#} s: {reason}.",
                "Look at the tasks with Get-MarathonTask and at their output, or wait longer with -TimeoutSec.", id),
            onFailure, cancellationToken);

        async Task<string?> LookAsync(string id)
        {
            var app = await _marathon.FindAppAsync(id, cancellationToken).ConfigureAwait(false)
                ?? throw new BlueGreenException(
                    ErrorKind.NotFound, "AppNotFound", $"There is no app '{id}'.", "Get-MarathonApp lists the apps of the cluster.", id);
            var readiness = AppReadiness.Of(app, null);
            if (readiness.IsReady)
            {
                onReady(app);
                return null;
            }

            if (app.TasksRunning < app.Instances)
            {
                var queue = await _marathon.GetLaunchQueueAsync(cancellationToken).ConfigureAwait(false);
                readiness = AppReadiness.Of(app, queue.FirstOrDefault(entry => entry.AppId == app.Id));
            }

            var done = app.HasHealthChecks ? app.TasksHealthy : app.TasksRunning;
            Show($"Waiting for {app.Id}", readiness.Reason, app.Instances == 0 ? 0 : 100 * done / app.Instances);
            return readiness.Reason;
        }
    }

    /// <summary>Waits until deployments of Marathon's have ended.</summary>
    /// <param name="ids">The deployments; one that is not there has ended.</param>
    /// <param name="timeout">How long at the most.</param>
    /// <param name="onFailure">
    /// Called for each that has not ended: <c>DeploymentNotFinished</c> (timeout), or <c>DeploymentFailed</c> when Marathon gives it up.
    /// </param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task WaitForDeploymentsAsync(
        IReadOnlyCollection<string> ids, TimeSpan timeout, Action<BlueGreenException> onFailure, CancellationToken cancellationToken)
    {
        return WaitAsync(
            ids, timeout, LookAsync,
            (id, reason) => new BlueGreenException(
                ErrorKind.Timeout, "DeploymentNotFinished", $"The deployment {id} has not ended after {timeout.TotalSeconds:0.#} s: {reason}.",
                "A deployment of Marathon's never ends by itself when its tasks do not get ready: look at the app with Get-MarathonApp, "
                + "or roll back with Undo-MarathonDeployment.", id),
            onFailure, cancellationToken);

        async Task<string?> LookAsync(string id, ICollection<string> failed)
        {
            var all = await _marathon.GetDeploymentsAsync(cancellationToken).ConfigureAwait(false);
            if (failed.Contains(id))
            {
                throw new BlueGreenException(
                    ErrorKind.Locked, "DeploymentFailed", $"Marathon gave the deployment {id} up.",
                    "Look at the app with Get-MarathonApp: another change, or a roll-back, has taken the deployment's place.", id);
            }

            if (all.FirstOrDefault(d => d.Id == id) is not { } deployment) return null;
            var reason = $"step {deployment.CurrentStep} of {deployment.TotalSteps}: {string.Join(", ", deployment.CurrentActions)}";
            Show($"Waiting for deployment {id}", reason, deployment.TotalSteps == 0 ? 0 : 100 * (deployment.CurrentStep - 1) / deployment.TotalSteps);
            return reason;
        }
    }

    /// <summary>Hands every event of Marathon's to <paramref name="onEvent"/>, until cancelled.</summary>
    /// <param name="marathon">The cluster.</param>
    /// <param name="eventTypes">Marathon's names of the events; empty means all.</param>
    /// <param name="onEvent">Called for each event, in order.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task WatchAsync(
        IMarathon marathon, IReadOnlyCollection<string> eventTypes, Action<MarathonEvent> onEvent, CancellationToken cancellationToken)
    {
        await foreach (var change in marathon.WatchEventsAsync(eventTypes, cancellationToken).ConfigureAwait(false))
        {
            // The stream's own event, at each connection, comes whatever was asked for.
            if (eventTypes.Count == 0 || eventTypes.Contains(change.EventType)) onEvent(change);
        }
    }

    /// <param name="ids">What is waited for.</param>
    /// <param name="timeout">How long at the most.</param>
    /// <param name="look">Given an id and the failed deployments: what it waits for, or null when it does no more.</param>
    /// <param name="late">The error about one that was not done in time.</param>
    /// <param name="onFailure">Takes the errors.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    private async Task WaitAsync(
        IReadOnlyCollection<string> ids, TimeSpan timeout, Func<string, ICollection<string>, Task<string?>> look,
        Func<string, string, BlueGreenException> late, Action<BlueGreenException> onFailure, CancellationToken cancellationToken)
    {
        var deadline = _time.GetUtcNow() + timeout;
        var pending = ids.Distinct(StringComparer.Ordinal).ToList();
        var failed = new ConcurrentDictionary<string, bool>(StringComparer.Ordinal);
        await using var wakeUp = _wakeUp(OnEvent, cancellationToken);
        while (true)
        {
            var mark = wakeUp.Mark;
            foreach (var id in pending.ToList())
            {
                if (await IsOverAsync(id).ConfigureAwait(false)) pending.Remove(id);
            }

            if (pending.Count == 0) return;
            await wakeUp.WaitAsync(mark, Shorter(Fallback, deadline - _time.GetUtcNow()), cancellationToken).ConfigureAwait(false);
        }

        void OnEvent(MarathonEvent change)
        {
            if (change is { EventType: "deployment_failed", DeploymentId: { } id }) failed[id] = true;
        }

        async Task<bool> IsOverAsync(string id)
        {
            string? reason;
            try
            {
                reason = await look(id, failed.Keys).ConfigureAwait(false);
            }
            catch (BlueGreenException outage) when (outage.Kind == ErrorKind.Unavailable)
            {
                reason = outage.Message;
            }
            catch (BlueGreenException error)
            {
                onFailure(error);
                return true;
            }

            if (reason is not null && _time.GetUtcNow() >= deadline) onFailure(late(id, reason));
            return reason is null || _time.GetUtcNow() >= deadline;
        }
    }

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => other <= TimeSpan.Zero ? TimeSpan.Zero : other < one ? other : one;

    private void Show(string activity, string status, int percent) =>
        _sink.Publish(new ProgressEvent(_time.GetUtcNow(), activity, status, Math.Min(99, percent)));
}
