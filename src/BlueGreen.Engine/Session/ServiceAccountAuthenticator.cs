using BlueGreen.Engine.Marathon;

namespace BlueGreen.Engine.Session;

/// <summary>
/// Signs in as a DC/OS service account, and again before the proof runs out, however long a deployment takes. Many requests at once
/// cause one sign-in.
/// </summary>
/// <param name="login">Signs in.</param>
/// <param name="timeout">How long a sign-in may take.</param>
/// <param name="time">The clock.</param>
internal sealed class ServiceAccountAuthenticator(ServiceAccountLogin login, TimeSpan timeout, TimeProvider time) : IMarathonAuthenticator
{
    /// <summary>As zdd.py: a request on its way must not arrive with a proof that has just run out.</summary>
    private static readonly TimeSpan RenewBefore = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private volatile Proof? _proof;

    public async Task<string?> ProveAsync(CancellationToken cancellationToken) =>
        _proof is { } proof && IsFresh(proof) ? proof.Header : (await SignInAsync(IsFresh, cancellationToken).ConfigureAwait(false)).Header;

    public async Task<bool> RenewAsync(string refused, CancellationToken cancellationToken)
    {
        var proof = await SignInAsync(known => known.Header != refused, cancellationToken, refused).ConfigureAwait(false);
        return proof.Header != refused;
    }

    /// <summary>Signs in, unless another request has done so meanwhile.</summary>
    private async Task<Proof> SignInAsync(Func<Proof, bool> isEnough, CancellationToken cancellationToken, string? refused = null)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_proof is not { } old || old.Header == refused) return _proof = await login.SignInAsync(timeout, cancellationToken).ConfigureAwait(false);
            return isEnough(old) ? old : _proof = await ReplaceAsync(old, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Signs in anew, with less patience while the old proof still holds: should it fail, the next request tries again.</summary>
    private async Task<Proof> ReplaceAsync(Proof old, CancellationToken cancellationToken)
    {
        var left = old.Expires - time.GetUtcNow();
        if (left <= TimeSpan.Zero) return await login.SignInAsync(timeout, cancellationToken).ConfigureAwait(false);
        try
        {
            var patience = TimeSpan.FromTicks(Math.Min(timeout.Ticks, left.Ticks / 2));
            return await login.SignInAsync(patience, cancellationToken).ConfigureAwait(false);
        }
        catch (BlueGreenException error) when (error.Kind == ErrorKind.Unavailable)
        {
            return old;
        }
    }

    private bool IsFresh(Proof proof) => time.GetUtcNow() < proof.Expires - RenewBefore;
}

/// <summary>What a sign-in gave.</summary>
/// <param name="Header">The value of the <c>Authorization</c> header.</param>
/// <param name="Expires">Until when it holds.</param>
internal sealed record Proof(string Header, DateTimeOffset Expires)
{
    /// <summary>A record would show it.</summary>
    public override string ToString() => "***";
}
