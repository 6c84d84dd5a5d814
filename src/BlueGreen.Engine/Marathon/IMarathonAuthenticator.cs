namespace BlueGreen.Engine.Marathon;

/// <summary>Proves to Marathon, or to the gateway in front of it, who asks.</summary>
internal interface IMarathonAuthenticator
{
    /// <summary>The value of the <c>Authorization</c> header; null for none. May sign in first.</summary>
    Task<string?> ProveAsync(CancellationToken cancellationToken);

    /// <summary>Told that a proof was answered with 401. True when there is another one, so that the same request is worth another try.</summary>
    Task<bool> RenewAsync(string refused, CancellationToken cancellationToken);
}

/// <summary>For clusters that ask nobody.</summary>
internal sealed class NoAuthenticator : IMarathonAuthenticator
{
    public static NoAuthenticator Instance { get; } = new();

    public Task<string?> ProveAsync(CancellationToken cancellationToken) => Task.FromResult<string?>(null);

    public Task<bool> RenewAsync(string refused, CancellationToken cancellationToken) => Task.FromResult(false);
}
