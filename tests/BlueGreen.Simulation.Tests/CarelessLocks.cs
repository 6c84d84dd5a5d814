using BlueGreen.Engine;
using BlueGreen.Engine.Deployment.Locking;

namespace BlueGreen.Simulation.Tests;

/// <summary>Takes the group as the real lock does, but believes the hold for good.</summary>
/// <param name="inner">The real one.</param>
/// <param name="asksBeforeKills">It looks whether the hold is its own before tasks are taken away, but not before growth.</param>
internal sealed class TrustingLock(IDriverLock inner, bool asksBeforeKills) : IDriverLock
{
    public async Task<IDriverHold> TakeAsync(DriverClaim claim, CancellationToken cancellationToken) =>
        new Hold(await inner.TakeAsync(claim, cancellationToken).ConfigureAwait(false), asksBeforeKills);

    public Task<BlueGreenException?> FindHeldAsync(string group, CancellationToken cancellationToken) => inner.FindHeldAsync(group, cancellationToken);

    private sealed class Hold(IDriverHold inner, bool asksBeforeKills) : IDriverHold
    {
        public bool IsDoubtful => false;

        public Task<string?> LossAsync(CancellationToken cancellationToken) => asksBeforeKills ? inner.LossAsync(cancellationToken) : Task.FromResult<string?>(null);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
