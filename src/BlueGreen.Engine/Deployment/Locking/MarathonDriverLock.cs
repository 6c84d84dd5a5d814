using System.Globalization;
using BlueGreen.Engine.Marathon;
using BlueGreen.Engine.Waiting;

namespace BlueGreen.Engine.Deployment.Locking;

/// <summary>The lock of a group, kept in the group's own Marathon.</summary>
/// <param name="cluster">The cluster.</param>
/// <param name="self">Who asks.</param>
/// <param name="isGone">Whether a driver's process is gone for certain.</param>
internal sealed class MarathonDriverLock(Cluster cluster, DriverIdentity self, Func<DriverIdentity, bool> isGone) : IDriverLock
{
    /// <summary>How often a hold is renewed.</summary>
    public static readonly TimeSpan Renewal = TimeSpan.FromSeconds(15);

    /// <summary>A hold that was not renewed for this long has run out.</summary>
    public static readonly TimeSpan Lapse = TimeSpan.FromSeconds(60);

    /// <summary>A hold that was not renewed for this long is asked for again before anything is changed.</summary>
    public static readonly TimeSpan Doubt = TimeSpan.FromSeconds(40);

    /// <summary>How long a lock that seems to have run out is watched: clocks of two machines may differ, a renewal shows on both.</summary>
    public static readonly TimeSpan Watch = TimeSpan.FromSeconds(22.5);

    /// <summary>An end must not hang on a Marathon that does not answer.</summary>
    private static readonly TimeSpan RemovalTime = TimeSpan.FromSeconds(5);

    private const int Tries = 5;

    public MarathonDriverLock(Cluster cluster)
        : this(cluster, DriverIdentity.Current, DriverIdentity.IsGone)
    {
    }

    /// <inheritdoc/>
    public async Task<IDriverHold> TakeAsync(DriverClaim claim, CancellationToken cancellationToken)
    {
        var generation = 1;
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            var sentAt = cluster.Time.GetTimestamp();
            var mine = Propose(claim, generation);
            var created = await CreateAsync(mine, cancellationToken).ConfigureAwait(false);
            try
            {
                var all = await ReadAsync(cluster.Marathon, claim.Group, cancellationToken).ConfigureAwait(false);
                var newest = Newest(all);
                if (newest?.Token == mine.Token)
                {
                    foreach (var older in all.Where(l => l.Token != mine.Token)) await RemoveAsync(cluster, older).ConfigureAwait(false);
                    cluster.Say(MessageLevel.Verbose, $"The group {claim.Group} is held for this deployment by the app {mine.Id}");
                    created = false;
                    return new MarathonDriverHold(cluster, mine, sentAt);
                }

                // None at all: the other one has ended just now.
                generation = newest is null ? 1 : await OutliveAsync(newest, cancellationToken).ConfigureAwait(false) + 1;
            }
            finally
            {
                if (created) await RemoveAsync(cluster, mine).ConfigureAwait(false);
            }
        }

        throw new BlueGreenException(
            ErrorKind.Locked, "GroupHeld", $"Others take the group {claim.Group} again and again.", "Let one deployment come to its end, then try again.", claim.Group);
    }

    /// <inheritdoc/>
    public async Task<BlueGreenException?> FindHeldAsync(string group, CancellationToken cancellationToken)
    {
        var newest = Newest(await ReadAsync(cluster.Marathon, group, cancellationToken).ConfigureAwait(false));
        return newest is not null && !isGone(newest.Driver) && !MayHaveRunOut(newest) ? Held(newest) : null;
    }

    /// <summary>All locks of a group, in no order.</summary>
    public static async Task<ImmutableArray<LockApp>> ReadAsync(IMarathon marathon, string group, CancellationToken cancellationToken)
    {
        var apps = await marathon.GetAppsAsync(LockApp.Query(group), cancellationToken).ConfigureAwait(false);
        return [.. apps.Select(app => LockApp.Read(app, group)).OfType<LockApp>()];
    }

    /// <summary>The lock that counts.</summary>
    public static LockApp? Newest(ImmutableArray<LockApp> locks) =>
        locks.OrderByDescending(l => l.Generation).ThenBy(l => l.Id, StringComparer.Ordinal).FirstOrDefault();

    /// <summary>Removes a lock, whoever cancelled what; one that cannot be removed runs out by itself.</summary>
    public static async Task RemoveAsync(Cluster cluster, LockApp app)
    {
        using var time = new CancellationTokenSource(RemovalTime);
        try
        {
            // Forced, since a renewal may be under way.
            await cluster.Marathon.DeleteAppAsync(app.Id, new ChangeOptions(Force: true), time.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is BlueGreenException or OperationCanceledException)
        {
            cluster.Say(MessageLevel.Warning, $"The lock {app.Id} could not be removed ({error.Message}). It runs out by itself, and can be removed by hand.");
        }
    }

    private LockApp Propose(DriverClaim claim, int generation)
    {
        var now = cluster.Time.GetUtcNow();
        return new LockApp
        {
            Group = claim.Group,
            Folder = LockApp.FolderOf(claim.AppId),
            Generation = generation,
            Token = Guid.NewGuid().ToString("N"),
            Driver = self,
            Does = claim.Does,
            Since = now,
            Renewed = now,
        };
    }

    /// <returns>False when there is such an app already.</returns>
    private async Task<bool> CreateAsync(LockApp app, CancellationToken cancellationToken)
    {
        try
        {
            await cluster.Marathon.CreateAppAsync(app.Define(), ChangeOptions.Default, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (BlueGreenException error) when (error.Kind == ErrorKind.AlreadyExists)
        {
            return false;
        }
        catch (BlueGreenException error) when (error.Kind is ErrorKind.PermissionDenied or ErrorKind.InvalidData)
        {
            throw new BlueGreenException(
                ErrorKind.Unsafe, "GroupLockRefused",
                $"Marathon does not take the app {app.Id}, which is to keep a second driver from the group {app.Group}: {error.Message}",
                "Allow apps in that folder. -Force goes on without the lock: then see to it that nobody else deploys the group meanwhile.", app.Group, error);
        }
        catch (Exception error) when (error is OperationCanceledException or BlueGreenException { Kind: ErrorKind.Unavailable or ErrorKind.Timeout })
        {
            await RemoveIfMadeAsync(app).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>After a creation without an answer: under that id there may be nothing, ours, or somebody else's.</summary>
    private async Task RemoveIfMadeAsync(LockApp app)
    {
        using var time = new CancellationTokenSource(RemovalTime);
        try
        {
            var all = await ReadAsync(cluster.Marathon, app.Group, time.Token).ConfigureAwait(false);
            if (all.Any(l => l.Token == app.Token)) await RemoveAsync(cluster, app).ConfigureAwait(false);
        }
        catch (Exception error) when (error is BlueGreenException or OperationCanceledException)
        {
            // It runs out by itself.
        }
    }

    /// <summary>Waits until it is certain that the driver of a lock is gone.</summary>
    /// <returns>The generation of that lock.</returns>
    /// <exception cref="BlueGreenException"><c>GroupHeld</c>: it is there.</exception>
    private async Task<int> OutliveAsync(LockApp held, CancellationToken cancellationToken)
    {
        if (isGone(held.Driver))
        {
            cluster.Say(MessageLevel.Warning, $"The group {held.Group} was held by {held.Who}: that process is gone, and its hold is taken over.");
            return held.Generation;
        }

        if (!MayHaveRunOut(held)) throw Held(held);
        cluster.Say(MessageLevel.Verbose, $"The group {held.Group} is held by {held.Who}, and gave no sign since; watching it for {Watch.TotalSeconds:0.#} s");
        await using (var wakeUp = cluster.WakeUp(cancellationToken))
        {
            var began = cluster.Time.GetTimestamp();
            while (Watch - cluster.Time.GetElapsedTime(began) is { Ticks: > 0 } left)
            {
                await wakeUp.WaitAsync(long.MaxValue, left, cancellationToken).ConfigureAwait(false);
            }
        }

        var now = Newest(await ReadAsync(cluster.Marathon, held.Group, cancellationToken).ConfigureAwait(false));
        if (now is not null && now != held) throw Held(now);
        cluster.Say(MessageLevel.Warning, $"The group {held.Group} was held by {held.Who}: it gives no sign any more, and its hold is taken over.");
        return held.Generation;
    }

    /// <summary>A renewal in the future: the two clocks differ, and neither tells the age.</summary>
    private bool MayHaveRunOut(LockApp held)
    {
        var age = cluster.Time.GetUtcNow() - held.Renewed;
        return age >= Lapse || age <= -Renewal;
    }

    private static BlueGreenException Held(LockApp held) => new(
        ErrorKind.Locked, "GroupHeld", $"The group {held.Group} is held by {held.Who}.",
        string.Format(
            CultureInfo.InvariantCulture,
            "Wait until that is over. Should its driver be lost, the hold runs out {0:0} s after its last sign of life ({1:yyyy-MM-dd HH:mm:ss}Z by its own clock); then go on with Resume-BlueGreenDeployment.",
            Lapse.TotalSeconds, held.Renewed.UtcDateTime),
        held.Group);
}
