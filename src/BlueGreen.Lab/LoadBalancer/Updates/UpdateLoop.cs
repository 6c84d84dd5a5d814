using System.Threading.Channels;

namespace BlueGreen.Lab.LoadBalancer.Updates;

/// <summary>
/// Runs updates one after another. Requests that come while one runs are one further update, however many they are; an
/// update (from Marathon) goes before a reload (of the existing configuration). Every five minutes it updates unasked.
/// </summary>
internal sealed class UpdateLoop(Func<CancellationToken, Task> update, Func<CancellationToken, Task> reload, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan UnaskedEvery = TimeSpan.FromSeconds(300);

    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private int _updateWanted;
    private int _reloadWanted;

    public void RequestUpdate()
    {
        Interlocked.Exchange(ref _updateWanted, 1);
        _wake.Writer.TryWrite(true);
    }

    public void RequestReload()
    {
        Interlocked.Exchange(ref _reloadWanted, 1);
        _wake.Writer.TryWrite(true);
    }

    public async Task RunAsync(CancellationToken stopping)
    {
        await using var timer = time.CreateTimer(_ => RequestUpdate(), null, UnaskedEvery, UnaskedEvery);
        await foreach (var _ in _wake.Reader.ReadAllAsync(stopping))
        {
            var updateWanted = Interlocked.Exchange(ref _updateWanted, 0) == 1;
            var reloadWanted = Interlocked.Exchange(ref _reloadWanted, 0) == 1;
            try
            {
                if (updateWanted)
                    await update(stopping);
                else if (reloadWanted)
                    await reload(stopping);
            }
            catch (Exception e) when (!stopping.IsCancellationRequested)
            {
                logger.LogError("The configuration stays as it is: {Reason}", e.Message);
            }
        }
    }
}
