namespace BlueGreen.Engine.Waiting;

/// <summary>Says when it is time to look again. Any number of waits may use one at once.</summary>
internal interface IWakeUp : IAsyncDisposable
{
    /// <summary>Where the changes have got to. Taken before a look, so that nothing that happens meanwhile is missed.</summary>
    long Mark { get; }

    /// <summary>
    /// Waits until something has changed since the mark, at most <paramref name="atMost"/>. True when something has, or may have.
    /// </summary>
    Task<bool> WaitAsync(long mark, TimeSpan atMost, CancellationToken cancellationToken);
}
