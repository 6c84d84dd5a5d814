namespace BlueGreen.Engine.Deployment.Locking;

/// <summary>What a driver is about to do, and to which group.</summary>
/// <param name="Group">The deployment group.</param>
/// <param name="AppId">An app of the group, as it is or as it is to be: its folder is where the lock goes.</param>
/// <param name="Does">What the driver does, in words that go behind its name.</param>
internal sealed record DriverClaim(string Group, string AppId, string Does);

/// <summary>Sees to it that no two drivers work on one deployment group.</summary>
internal interface IDriverLock
{
    /// <summary>Takes the group until the hold is disposed.</summary>
    /// <exception cref="BlueGreenException"><c>GroupHeld</c>, <c>GroupLockRefused</c>, and what keeps Marathon from being asked.</exception>
    Task<IDriverHold> TakeAsync(DriverClaim claim, CancellationToken cancellationToken);

    /// <summary>The error <c>GroupHeld</c> that taking the group would give now; null when it would not.</summary>
    Task<BlueGreenException?> FindHeldAsync(string group, CancellationToken cancellationToken);
}

/// <summary>The right to change a group.</summary>
internal interface IDriverHold : IAsyncDisposable
{
    /// <summary>True when the hold was not renewed for so long, by either clock, that it may be another driver's by now.</summary>
    bool IsDoubtful { get; }

    /// <summary>Why this driver must not change the group any more; null while it may. Looks at the cluster.</summary>
    /// <exception cref="BlueGreenException">It cannot be told now.</exception>
    Task<string?> LossAsync(CancellationToken cancellationToken);
}
