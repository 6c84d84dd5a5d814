namespace BlueGreen.Engine.Haproxy;

/// <summary>Makes the reader of an instance.</summary>
/// <param name="instance">The instance, by its IP address.</param>
/// <param name="configured">The statistics address that it stands for, with its host name, user and password.</param>
internal delegate ILoadBalancer LoadBalancerFactory(LoadBalancerInstance instance, Uri configured);

/// <summary>
/// All load balancer instances that several sources know. One that its source no longer names is no longer waited for; one that is
/// named and does not answer is. Who comes and who goes is told once.
/// </summary>
internal sealed class LoadBalancerPool(IReadOnlyList<ILoadBalancerSource> sources, LoadBalancerFactory create, IEngineSink sink, TimeProvider time)
    : ILoadBalancerPool
{
    private static readonly TimeSpan KeepFor = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly Dictionary<string, ILoadBalancer> _known = [];
    private ImmutableArray<ILoadBalancer> _last = [];
    private long? _lastAt;

    /// <inheritdoc/>
    /// <exception cref="BlueGreenException">A source has never known an instance, and says why.</exception>
    public async Task<ImmutableArray<ILoadBalancer>> DiscoverAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_lastAt is { } at && time.GetElapsedTime(at) < KeepFor) return _last;
            var found = new SortedDictionary<string, ILoadBalancer>(StringComparer.Ordinal);
            foreach (var source in sources)
            {
                foreach (var address in await source.FindAsync(cancellationToken).ConfigureAwait(false))
                {
                    if (!found.ContainsKey(address.Name)) found.Add(address.Name, Get(address));
                }
            }

            ImmutableArray<ILoadBalancer> now = [.. found.Values];
            if (_lastAt is not null) TellChanges(now);
            _last = now;
            _lastAt = time.GetTimestamp();
            return now;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>An instance keeps what it knows of its processes from one discovery to the next.</summary>
    private ILoadBalancer Get(LoadBalancerAddress address) => _known.TryGetValue(address.Name, out var known)
        ? known
        : _known[address.Name] = create(new LoadBalancerInstance(address.Name, address.StatsUri), address.Configured);

    private void TellChanges(ImmutableArray<ILoadBalancer> now)
    {
        foreach (var come in now.Except(_last))
        {
            Say(MessageLevel.Verbose, $"A load balancer has come: {come.Instance.Name}. From now on it is waited for as well.");
        }

        foreach (var gone in _last.Except(now))
        {
            _known.Remove(gone.Instance.Name);
            Say(MessageLevel.Warning, $"A load balancer has gone: {gone.Instance.Name} is no longer named by {string.Join(", ", sources.Select(s => s.Name))}, and no longer waited for.");
        }
    }

    private void Say(MessageLevel level, string text) => sink.Publish(new EngineMessage(time.GetUtcNow(), level, text));
}
