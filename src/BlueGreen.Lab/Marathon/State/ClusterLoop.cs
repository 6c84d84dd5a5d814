namespace BlueGreen.Lab.Marathon.State;

/// <summary>
/// The one writer of the cluster's state. Code that runs here never runs beside other code that runs here, and an
/// <c>await</c> in it comes back here, so state needs no locks and a wait is plain code.
/// </summary>
internal sealed class ClusterLoop(ILogger<ClusterLoop> logger)
{
    private readonly TaskFactory _factory = new(
        CancellationToken.None, TaskCreationOptions.DenyChildAttach, TaskContinuationOptions.None,
        new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler);

    private readonly List<(Func<bool> Condition, TaskCompletionSource Done)> _waiters = [];

    public Task<T> RunAsync<T>(Func<T> work) => _factory.StartNew(work);

    public Task<T> RunAsync<T>(Func<Task<T>> work) => _factory.StartNew(work).Unwrap();

    public Task RunAsync(Action work) => _factory.StartNew(work);

    /// <summary>Starts work that nobody waits for; what it throws is logged.</summary>
    public void Post(Func<Task> work) => _ = _factory.StartNew(async () =>
    {
        try
        {
            await work();
        }
        catch (OperationCanceledException)
        {
            // The work was told to stop.
        }
        catch (Exception e)
        {
            logger.LogError(e, "Work of the cluster failed");
        }
    });

    public void Post(Action work) => Post(() =>
    {
        work();
        return Task.CompletedTask;
    });

    /// <summary>Waits until <paramref name="condition"/> holds; it is looked at after each <see cref="Changed"/>.</summary>
    public async Task WaitAsync(Func<bool> condition, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (condition()) return;
        var waiter = (condition, Done: new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        _waiters.Add(waiter);
        try
        {
            await using var registration = cancellationToken.Register(() => waiter.Done.TrySetCanceled(cancellationToken));
            await waiter.Done.Task;
        }
        finally
        {
            _waiters.Remove(waiter);
        }
    }

    /// <summary>Says that state changed: whoever waits looks again.</summary>
    public void Changed()
    {
        foreach (var (condition, done) in _waiters.ToArray())
        {
            if (condition()) done.TrySetResult();
        }
    }
}
