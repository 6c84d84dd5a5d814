using BlueGreen.Engine.Deployment.Judging;
using BlueGreen.Engine.Deployment.Observing;
using BlueGreen.Engine.Marathon;

namespace BlueGreen.Engine.Deployment;

/// <summary>Watches tasks that are being taken out of the pool until nothing is pending on them. Changes nothing.</summary>
internal sealed class DrainWatch(Cluster cluster, GroupObserver observer, string appId, IReadOnlyCollection<string> taskIds)
{
    public async Task<ImmutableArray<DrainProof>> RunAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        await using var lookout = new Lookout(cluster, observer, cancellationToken);
        var began = cluster.Time.GetUtcNow();
        var seen = await lookout.LookAsync(cancellationToken).ConfigureAwait(false);
        var tasks = Choose(seen);
        await PendingOperationsReader.TestAsync(cluster, seen.Find(appId), cancellationToken).ConfigureAwait(false);
        var ledger = DrainLedger.Empty;
        while (true)
        {
            ledger = ledger.Next(seen);
            ImmutableArray<DrainProof> proofs = [.. tasks.SelectMany(task => DrainProofs.Of(task, seen, ledger))];
            Tell(proofs, tasks.Length);
            if (proofs.All(p => p.IsDrained) || cluster.Time.GetUtcNow() - began >= timeout) return proofs;

            seen = await lookout.LookLaterAsync(seen, null, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The tasks as they were at the beginning: one that ends meanwhile is still to be accounted for.</summary>
    private ImmutableArray<MarathonTask> Choose(Observation seen)
    {
        var app = seen.Find(appId) ?? throw new BlueGreenException(
            ErrorKind.NotFound, "AppNotFound", $"There is no app {appId}.", "List the apps with Get-MarathonApp.", appId);
        if (taskIds.Count == 0) return app.Tasks;
        var unknown = taskIds.Except(app.Tasks.Select(t => t.Id)).ToList();
        return unknown.Count == 0
            ? [.. app.Tasks.Where(t => taskIds.Contains(t.Id))]
            : throw new BlueGreenException(
                ErrorKind.NotFound, "TaskNotFound", $"{appId} has no task {string.Join(", ", unknown)}.",
                $"List its tasks with Get-MarathonTask {appId}.", unknown[0]);
    }

    private void Tell(ImmutableArray<DrainProof> proofs, int tasks)
    {
        var waiting = proofs.Where(p => !p.IsDrained).ToList();
        var drained = tasks - waiting.Select(p => p.TaskId).Distinct().Count();
        var status = waiting.Count == 0
            ? $"all {tasks} tasks are drained"
            : $"{drained} of {tasks} tasks are drained; {waiting[0].TaskId} on {waiting[0].LoadBalancer}: {waiting[0].WaitsFor}";
        cluster.Sink.Publish(new ProgressEvent(
            cluster.Time.GetUtcNow(), $"Draining {appId}", status, tasks == 0 ? 100 : 100 * drained / tasks));
    }
}
