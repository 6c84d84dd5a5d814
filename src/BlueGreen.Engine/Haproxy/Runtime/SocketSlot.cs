namespace BlueGreen.Engine.Haproxy.Runtime;

/// <summary>A socket of the session, and what is known of it. <see cref="ReadAsync"/> is for one caller after the other.</summary>
internal sealed class SocketSlot(IRuntimeSocket socket, TimeProvider time) : IDisposable
{
    /// <summary>For so long a socket that failed is left alone.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(5);

    /// <summary>A socket that is slow must not take the whole look's time.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>Looks in a row at which it does not fit, before that is more than a reload, or a load balancer not looked at yet.</summary>
    private const int MissesToBeSure = 20;

    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly Dictionary<LoadBalancerInstance, long> _refuted = [];
    private (long At, string Problem)? _failed;
    private int _misses;

    public IRuntimeSocket Socket => socket;

    /// <summary>The instance that it surely belongs to; null while that is not known.</summary>
    public LoadBalancerInstance? Owner { get; private set; }

    /// <summary>True while neither is known: that it is the instance's, and that it is not.</summary>
    public bool MayBeOf(LoadBalancerInstance instance) => Owner is null && _failed is null && !_refuted.ContainsKey(instance);

    /// <summary>What it tells of the instance, if it is the instance's socket; or why it tells nothing.</summary>
    public async Task<(SocketReading? Reading, string? Problem)> ReadAsync(SocketQuery query, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        using var patience = time.CreateCancellationTokenSource(Patience);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            if (_failed is { } failed && time.GetElapsedTime(failed.At) < Rest) return (null, failed.Problem);
            _failed = null;
            var identity = await socket.IdentifyAsync(query.Serving, linked.Token).ConfigureAwait(false);
            if (!await IsOwnAsync(identity, query, linked.Token).ConfigureAwait(false)) return (null, _failed?.Problem);
            return (await socket.ReadAsync(query, linked.Token).ConfigureAwait(false), null);
        }
        catch (BlueGreenException error)
        {
            return (null, Fail(error.Message));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, Fail($"the socket {socket.Address} took more than {Patience.TotalSeconds:0} s"));
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Hangs up and forgets. Nobody reads any more when this is called: a look in flight belongs to a watcher.</summary>
    public void LetGo()
    {
        socket.LetGo();
        _refuted.Clear();
        (Owner, _failed, _misses) = (null, null, 0);
    }

    public void Dispose() => socket.Dispose();

    private async Task<bool> IsOwnAsync(ServingIdentity identity, SocketQuery query, CancellationToken cancellationToken)
    {
        if (!identity.Fits(query.Serving, query.Uptime))
        {
            if (++_misses > MissesToBeSure)
            {
                Fail($"the socket {socket.Address} speaks with process {identity.Pid}, which serves no load balancer that is known");
                (Owner, _misses) = (null, 0);
            }

            // A reload in between; the processes from before it are the owner's all the same.
            return Owner is not null;
        }

        _misses = 0;
        if (Owner is not null) return true;
        if (_refuted.TryGetValue(query.Instance, out var at) && time.GetElapsedTime(at) < Rest) return false;
        if (await SocketProof.HoldsAsync(socket, query, time, cancellationToken).ConfigureAwait(false))
        {
            Owner = query.Instance;
            return true;
        }

        _refuted[query.Instance] = time.GetTimestamp();
        return false;
    }

    private string Fail(string problem)
    {
        _failed = (time.GetTimestamp(), problem);
        return problem;
    }
}
