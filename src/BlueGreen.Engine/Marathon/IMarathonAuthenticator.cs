namespace BlueGreen.Engine.Marathon;

/// <summary>Proves to Marathon, or to the gateway in front of it, who asks.</summary>
internal interface IMarathonAuthenticator
{
    /// <summary>Adds the proof to a request. May sign in first.</summary>
    Task AuthorizeAsync(HttpRequestMessage request, CancellationToken cancellationToken);

    /// <summary>Told of an answer 401. True when the proof was renewed, so that the same request is worth another try.</summary>
    Task<bool> RenewAsync(CancellationToken cancellationToken);
}

/// <summary>For clusters that ask nobody.</summary>
internal sealed class NoAuthenticator : IMarathonAuthenticator
{
    public static NoAuthenticator Instance { get; } = new();

    public Task AuthorizeAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<bool> RenewAsync(CancellationToken cancellationToken) => Task.FromResult(false);
}
