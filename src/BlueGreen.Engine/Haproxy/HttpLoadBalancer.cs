using BlueGreen.Engine.Haproxy.Runtime;

namespace BlueGreen.Engine.Haproxy;

/// <summary>
/// Reads a marathon-lb instance over its statistics port: the process set, then the statistics, then the process set again. A reload
/// in between would make a busy server look idle, since the new process knows nothing of the old one's requests.
/// </summary>
internal sealed class HttpLoadBalancer(
    LoadBalancerInstance instance, IStatsSource client, TimeSpan timeout, IEngineSink sink, TimeProvider time, RuntimeSockets? sockets = null) : ILoadBalancer
{
    private const int Tries = 3;

    /// <summary>Up to so many backends are asked for one by one; a scope cannot name two.</summary>
    private const int MaxScoped = 4;

    /// <summary>For how long the serving process need not be asked again while the process set stays the same.</summary>
    private static readonly TimeSpan Trust = TimeSpan.FromSeconds(5);

    /// <summary>
    /// A reload tells the old process to stop listening and starts the new one; for a moment the old one can still take a connection.
    /// Within this time of a new process set the serving process must be a new one to be believed.
    /// </summary>
    private static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(300);

    private readonly OutageTeller _outage = new(instance, sink, time);
    private readonly MasterMode _masterMode = new(client, time);
    private volatile Knowledge? _knowledge;

    /// <inheritdoc/>
    public LoadBalancerInstance Instance => instance;

    /// <inheritdoc/>
    public async Task<LoadBalancerReading> ReadAsync(IReadOnlyCollection<string> backends, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var reading = await ReadWithinTimeAsync(backends, cancellationToken).ConfigureAwait(false);
        if (sink is not SilentSink)
        {
            var outcome = reading.Problem ?? $"{reading.Servers.Length} servers, serving process {reading.Processes?.Serving}";
            sink.Publish(new EngineMessage(
                time.GetUtcNow(), MessageLevel.Debug,
                $"Load balancer {instance}: {outcome}, {time.GetElapsedTime(started).TotalMilliseconds:0} ms"));
        }

        _outage.Saw(reading.Quality == ReadingQuality.Unreachable ? reading.Problem : null, started);
        return reading;
    }

    private async Task<LoadBalancerReading> ReadWithinTimeAsync(IReadOnlyCollection<string> backends, CancellationToken cancellationToken)
    {
        using var patience = time.CreateCancellationTokenSource(timeout);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            LoadBalancerReading reading;
            var tries = 0;
            do
            {
                reading = await TryReadAsync(backends, linked.Token).ConfigureAwait(false);
            }
            while (reading.Quality == ReadingQuality.Torn && ++tries < Tries);
            return reading;
        }
        catch (StatsFailure failure)
        {
            return Without(ReadingQuality.Unreachable, failure.Message);
        }
        catch (BlueGreenException unreadable)
        {
            return Without(ReadingQuality.Unreachable, unreadable.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Without(ReadingQuality.Unreachable, $"it gave no answer within {timeout.TotalSeconds:0.#} s");
        }
    }

    private async Task<LoadBalancerReading> TryReadAsync(IReadOnlyCollection<string> backends, CancellationToken cancellationToken)
    {
        var before = await client.GetPidsAsync(cancellationToken).ConfigureAwait(false);
        var known = _knowledge;
        var trusted = known is not null && known.Pids.SetEquals(before) && time.GetElapsedTime(known.ReadAt) < Trust && known.IsSettled;
        // Twice, round the statistics: each request may be answered by another process while one takes over from the other.
        var first = trusted ? known!.Serving : await client.GetServingProcessAsync(cancellationToken).ConfigureAwait(false);
        var readAt = trusted ? known!.ReadAt : time.GetTimestamp();
        var servers = await ReadServersAsync(backends, cancellationToken).ConfigureAwait(false);
        var told = await ReadSocketsAsync(first.Pid, first.Uptime + time.GetElapsedTime(readAt), before, backends, cancellationToken).ConfigureAwait(false);
        var hasMaster = before.Count == 1 ? null : told.HasMaster ?? await _masterMode.ReadAsync(first.Version, cancellationToken).ConfigureAwait(false);
        var second = trusted ? first : await client.GetServingProcessAsync(cancellationToken).ConfigureAwait(false);
        var after = await client.GetPidsAsync(cancellationToken).ConfigureAwait(false);

        if (!before.SetEquals(after)) return Without(ReadingQuality.Torn, "its HAProxy was reloaded while the statistics were read");
        if (first.Pid != second.Pid || !after.Contains(first.Pid))
        {
            return Without(ReadingQuality.Torn, $"the process that answers changes: {first.Pid}, {second.Pid}, of {string.Join(" ", after)}");
        }

        if (!trusted)
        {
            known = Knowledge.After(known, after, first, readAt, time);
            _knowledge = known;
            if (!known.IsSettled && known.HasNewcomers && !known.Newcomers.Contains(first.Pid))
            {
                return Without(ReadingQuality.Torn, $"a new process has come, but {first.Pid} still answers");
            }
        }

        var processes = new ProcessSet(first.Pid, first.Uptime + time.GetElapsedTime(readAt), after, first.Version) { HasMaster = hasMaster };
        return new LoadBalancerReading(instance, time.GetUtcNow(), ReadingQuality.Consistent, null, processes, servers) { Sockets = told };
    }

    private Task<SocketReading> ReadSocketsAsync(
        int serving, TimeSpan uptime, ImmutableSortedSet<int> alive, IReadOnlyCollection<string> backends, CancellationToken cancellationToken) =>
        sockets is null
            ? Task.FromResult(SocketReading.None)
            : sockets.ReadAsync(new SocketQuery(instance, serving, uptime, alive, backends, AskAsync), cancellationToken);

    private async Task AskAsync(int times, CancellationToken cancellationToken)
    {
        for (var i = 0; i < times; i++) await client.GetServingProcessAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<ImmutableArray<HaproxyServerStat>> ReadServersAsync(
        IReadOnlyCollection<string> backends, CancellationToken cancellationToken)
    {
        var wanted = new HashSet<string>(backends, StringComparer.Ordinal);
        if (wanted.Count is 0 or > MaxScoped)
        {
            var all = await client.GetServersAsync(null, cancellationToken).ConfigureAwait(false);
            return wanted.Count == 0 ? all : [.. all.Where(server => wanted.Contains(server.Backend))];
        }

        var servers = ImmutableArray.CreateBuilder<HaproxyServerStat>();
        foreach (var backend in wanted)
        {
            var some = await client.GetServersAsync(backend, cancellationToken).ConfigureAwait(false);
            servers.AddRange(some.Where(server => server.Backend == backend));
        }

        return servers.ToImmutable();
    }

    private LoadBalancerReading Without(ReadingQuality quality, string problem) =>
        new(instance, time.GetUtcNow(), quality, problem, null, []);

    /// <summary>What the last look told of the processes.</summary>
    /// <param name="Pids">The set.</param>
    /// <param name="Newcomers">Those of the set that were not there before it.</param>
    /// <param name="Serving">Who answered, and its uptime then.</param>
    /// <param name="ReadAt">When it answered, as a time stamp.</param>
    /// <param name="FirstSeen">Since when the set is what it is, as a time stamp.</param>
    /// <param name="IsSettled">True when it answered so late after the set changed that no other can answer any more.</param>
    private sealed record Knowledge(
        ImmutableSortedSet<int> Pids, ImmutableSortedSet<int> Newcomers, ServingProcess Serving, long ReadAt, long FirstSeen, bool IsSettled)
    {
        public bool HasNewcomers => !Newcomers.IsEmpty;

        public static Knowledge After(Knowledge? last, ImmutableSortedSet<int> pids, ServingProcess serving, long readAt, TimeProvider time)
        {
            if (last is null) return new Knowledge(pids, [], serving, readAt, readAt, false);
            if (!last.Pids.SetEquals(pids)) return new Knowledge(pids, pids.Except(last.Pids), serving, readAt, readAt, false);
            return last with { Serving = serving, ReadAt = readAt, IsSettled = time.GetElapsedTime(last.FirstSeen, readAt) >= Settle };
        }
    }
}
