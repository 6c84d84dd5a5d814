using BlueGreen.Engine.Deployment.Journaling;
using BlueGreen.Engine.Deployment.Locking;

namespace BlueGreen.Engine.Deployment;

/// <summary>Has a deployment done by one driver at a time, and a journal kept of it.</summary>
internal sealed class SoleDriver(Cluster cluster)
{
    /// <summary>Looks what is to be done. What stands in the way may be the doing of another driver, which is then the thing to tell.</summary>
    public async Task<T> LookAsync<T>(string? group, Func<Cluster, Task<T>> look, CancellationToken cancellationToken)
    {
        try
        {
            return await look(cluster).ConfigureAwait(false);
        }
        catch (BlueGreenException error) when (error.Kind != ErrorKind.Unavailable && group is not null && cluster.Lock is not null)
        {
            if (await cluster.Lock.FindHeldAsync(group, cancellationToken).ConfigureAwait(false) is { } held) throw held;
            throw;
        }
    }

    /// <summary>Does the work as the only driver of the group, and keeps a journal of it.</summary>
    public async Task<BlueGreenDeployment> WorkAsync(
        DriverClaim claim, RolloutPolicy policy, Func<Cluster, Task<BlueGreenDeployment>> work, CancellationToken cancellationToken)
    {
        if (await TakeAsync(claim, policy, cancellationToken).ConfigureAwait(false) is not { } hold) return await RecordingAsync(claim, cluster, work).ConfigureAwait(false);
        await using (hold.ConfigureAwait(false)) return await RecordingAsync(claim, cluster with { Hold = hold }, work).ConfigureAwait(false);
    }

    private static async Task<BlueGreenDeployment> RecordingAsync(DriverClaim claim, Cluster cluster, Func<Cluster, Task<BlueGreenDeployment>> work)
    {
        if (cluster.JournalFolder is not { } folder) return await work(cluster).ConfigureAwait(false);
        using var journal = new Journal(folder, cluster.JournalsToKeep, claim.Group, claim.Does, cluster.Time.GetUtcNow(), text => cluster.Say(MessageLevel.Warning, text));
        try
        {
            var deployment = await work(cluster with { Journal = journal }).ConfigureAwait(false);
            journal.Flush();
            deployment = deployment with { JournalFile = journal.FilePath };
            journal.Write(new JournalEntry.Ended(cluster.Time.GetUtcNow(), deployment));
            return deployment;
        }
        catch (Exception error)
        {
            journal.Write(new JournalEntry.Broken(cluster.Time.GetUtcNow(), error is OperationCanceledException ? "stopped by the user" : error.Message));
            throw;
        }
    }

    private async Task<IDriverHold?> TakeAsync(DriverClaim claim, RolloutPolicy policy, CancellationToken cancellationToken)
    {
        if (cluster.Lock is not { } driverLock) return null;
        try
        {
            return await driverLock.TakeAsync(claim, cancellationToken).ConfigureAwait(false);
        }
        catch (BlueGreenException error) when (error.ErrorId == "GroupLockRefused" && policy.AllowNoLock)
        {
            cluster.Say(MessageLevel.Warning, $"{error.Message} Going on without it: nobody else may deploy the group meanwhile.");
            return null;
        }
    }
}
