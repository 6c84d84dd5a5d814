using BlueGreen.Engine.Marathon;

namespace BlueGreen.Engine.Waiting;

/// <summary>Waits for what Marathon is doing. One object serves any number of waits at once; disposing it ends its event stream.</summary>
public sealed class ClusterWaits : IDisposable
{
    private readonly IMarathon _marathon;
    private readonly IEngineSink _sink;
    private readonly TimeProvider _time;
    private readonly EventWake _wake;

    /// <summary>Waits by the clock of the machine.</summary>
    public ClusterWaits(IMarathon marathon, IEngineSink sink)
        : this(marathon, sink, TimeProvider.System)
    {
    }

    internal ClusterWaits(IMarathon marathon, IEngineSink sink, TimeProvider time)
    {
        _marathon = marathon;
        _sink = sink;
        _time = time;
        _wake = new EventWake(marathon, time, sink);
    }

    /// <summary>Waits until all wanted tasks of an app run and are healthy, and no deployment holds it.</summary>
    /// <exception cref="BlueGreenException">
    /// <c>AppNotReady</c> (timeout), with the reason; <c>AppNotFound</c> when it is not there or goes away.
    /// </exception>
    public async Task<MarathonApp> WaitForAppAsync(string id, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var deadline = _time.GetUtcNow() + timeout;
        while (true)
        {
            var next = _wake.Next;
            var app = await _marathon.FindAppAsync(id, cancellationToken).ConfigureAwait(false)
                ?? throw new BlueGreenException(
                    ErrorKind.NotFound, "AppNotFound", $"There is no app '{id}'.", "Get-MarathonApp lists the apps of the cluster.", id);
            var readiness = AppReadiness.Of(app, null);
            if (readiness.IsReady) return app;

            if (app.TasksRunning < app.Instances)
            {
                var queue = await _marathon.GetLaunchQueueAsync(cancellationToken).ConfigureAwait(false);
                readiness = AppReadiness.Of(app, queue.FirstOrDefault(entry => entry.AppId == app.Id));
            }

            if (_time.GetUtcNow() >= deadline)
            {
                throw new BlueGreenException(
                    ErrorKind.Timeout, "AppNotReady", $"{app.Id} is not ready after {timeout.TotalSeconds:0.#} s: {readiness.Reason}.",
                    "Look at the tasks with Get-MarathonTask and at their output, or wait longer with -TimeoutSec.", app.Id);
            }

            var percent = app.Instances == 0 ? 0 : 100 * (app.HasHealthChecks ? app.TasksHealthy : app.TasksRunning) / app.Instances;
            Show($"Waiting for {app.Id}", readiness.Reason, Math.Min(99, percent));
            await _wake.WaitAsync(next, deadline, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Waits until a deployment of Marathon's has ended.</summary>
    /// <exception cref="BlueGreenException">
    /// <c>DeploymentNotFinished</c> (timeout); <c>DeploymentFailed</c> when Marathon says meanwhile that it failed.
    /// </exception>
    public async Task WaitForDeploymentAsync(string deploymentId, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var deadline = _time.GetUtcNow() + timeout;
        while (true)
        {
            var next = _wake.Next;
            var all = await _marathon.GetDeploymentsAsync(cancellationToken).ConfigureAwait(false);
            if (_wake.HasFailed(deploymentId))
            {
                throw new BlueGreenException(
                    ErrorKind.Unavailable, "DeploymentFailed", $"Marathon gave the deployment {deploymentId} up.",
                    "Look at the app with Get-MarathonApp; another change, or a roll-back, may have replaced the deployment.", deploymentId);
            }

            if (all.FirstOrDefault(d => d.Id == deploymentId) is not { } deployment) return;
            var reason = $"step {deployment.CurrentStep} of {deployment.TotalSteps}: {string.Join(", ", deployment.CurrentActions)}";
            if (_time.GetUtcNow() >= deadline)
            {
                throw new BlueGreenException(
                    ErrorKind.Timeout, "DeploymentNotFinished",
                    $"The deployment {deploymentId} has not ended after {timeout.TotalSeconds:0.#} s: {reason}.",
                    "A deployment of Marathon's never ends by itself when its tasks do not get ready: look at the app with Get-MarathonApp, "
                    + "or roll back with Undo-MarathonDeployment.", deploymentId);
            }

            Show($"Waiting for deployment {deploymentId}", reason, Math.Min(99, Percent(deployment)));
            await _wake.WaitAsync(next, deadline, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Hands every event of Marathon's to <paramref name="onEvent"/>, until cancelled or until that gives false.</summary>
    /// <param name="marathon">The cluster.</param>
    /// <param name="eventTypes">Marathon's names of the events; empty means all.</param>
    /// <param name="onEvent">Called for each event, in order; false ends it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task WatchAsync(
        IMarathon marathon, IReadOnlyCollection<string> eventTypes, Func<MarathonEvent, bool> onEvent, CancellationToken cancellationToken)
    {
        await foreach (var change in marathon.WatchEventsAsync(eventTypes, cancellationToken).ConfigureAwait(false))
        {
            // The stream's own event, at each connection, comes whatever was asked for.
            if (eventTypes.Count > 0 && !eventTypes.Contains(change.EventType)) continue;
            if (!onEvent(change)) return;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _wake.Dispose();

    private static int Percent(MarathonDeployment deployment) =>
        deployment.TotalSteps == 0 ? 0 : 100 * (deployment.CurrentStep - 1) / deployment.TotalSteps;

    private void Show(string activity, string status, int percent) =>
        _sink.Publish(new ProgressEvent(_time.GetUtcNow(), activity, status, percent));
}
