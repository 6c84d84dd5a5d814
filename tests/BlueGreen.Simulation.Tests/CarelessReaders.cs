using BlueGreen.Engine.Haproxy;

namespace BlueGreen.Simulation.Tests;

/// <summary>Reads the process ids once only, before the statistics or behind them.</summary>
internal sealed class CarelessReader(LoadBalancerInstance instance, IStatsSource source, TimeProvider time, bool readsPidsFirst) : ILoadBalancer
{
    public LoadBalancerInstance Instance => instance;

    public async Task<LoadBalancerReading> ReadAsync(IReadOnlyCollection<string> backends, CancellationToken cancellationToken)
    {
        try
        {
            var pids = readsPidsFirst ? await source.GetPidsAsync(cancellationToken).ConfigureAwait(false) : [];
            var serving = readsPidsFirst ? await source.GetServingProcessAsync(cancellationToken).ConfigureAwait(false) : null;
            var servers = await source.GetServersAsync(null, cancellationToken).ConfigureAwait(false);
            serving ??= await source.GetServingProcessAsync(cancellationToken).ConfigureAwait(false);
            if (!readsPidsFirst) pids = await source.GetPidsAsync(cancellationToken).ConfigureAwait(false);
            return new LoadBalancerReading(
                instance, time.GetUtcNow(), ReadingQuality.Consistent, null, new ProcessSet(serving.Pid, serving.Uptime, pids),
                [.. servers.Where(s => backends.Count == 0 || backends.Contains(s.Backend))]);
        }
        catch (StatsFailure failure)
        {
            return new LoadBalancerReading(instance, time.GetUtcNow(), ReadingQuality.Unreachable, failure.Message, null, []);
        }
    }
}

/// <summary>Changes each reading.</summary>
internal sealed class AlteredPool(ILoadBalancerPool pool, Func<LoadBalancerReading, LoadBalancerReading> alter) : ILoadBalancerPool
{
    public async Task<ImmutableArray<ILoadBalancer>> DiscoverAsync(CancellationToken cancellationToken) =>
        [.. (await pool.DiscoverAsync(cancellationToken).ConfigureAwait(false)).Select(lb => new Altered(lb, alter))];

    private sealed class Altered(ILoadBalancer inner, Func<LoadBalancerReading, LoadBalancerReading> alter) : ILoadBalancer
    {
        public LoadBalancerInstance Instance => inner.Instance;

        public async Task<LoadBalancerReading> ReadAsync(IReadOnlyCollection<string> backends, CancellationToken cancellationToken) =>
            alter(await inner.ReadAsync(backends, cancellationToken).ConfigureAwait(false));
    }
}

/// <summary>Gives the reading before the last one for new, and instances that it once knew.</summary>
internal sealed class ForgetfulPool(ILoadBalancerPool pool) : ILoadBalancerPool
{
    private const int Looks = 12;
    private readonly Dictionary<string, Queue<LoadBalancerReading>> _last = [];

    public async Task<ImmutableArray<ILoadBalancer>> DiscoverAsync(CancellationToken cancellationToken) =>
        [.. (await pool.DiscoverAsync(cancellationToken).ConfigureAwait(false)).Select(lb => new Late(lb, _last))];

    private sealed class Late(ILoadBalancer inner, Dictionary<string, Queue<LoadBalancerReading>> last) : ILoadBalancer
    {
        public LoadBalancerInstance Instance => inner.Instance;

        public async Task<LoadBalancerReading> ReadAsync(IReadOnlyCollection<string> backends, CancellationToken cancellationToken)
        {
            var reading = await inner.ReadAsync(backends, cancellationToken).ConfigureAwait(false);
            if (!last.TryGetValue(inner.Instance.Name, out var queue)) last[inner.Instance.Name] = queue = new Queue<LoadBalancerReading>();
            queue.Enqueue(reading);
            var old = queue.Count > Looks ? queue.Dequeue() : queue.Peek();
            return old with { At = reading.At };
        }
    }
}
