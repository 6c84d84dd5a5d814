namespace BlueGreen.Engine.Haproxy.Runtime;

/// <summary>
/// Finds out which load balancer instance a socket belongs to, and only when it is sure. Process ids are compared; where instances have
/// id spaces of their own, as containers have, two may have the same ids and the same uptime, for they are reloaded together. So
/// the same process must serve no other instance, and its count of requests must grow by those that this session makes.
/// </summary>
internal sealed class SocketMatch
{
    private const int MissesToBeSure = 8;

    private LoadBalancerInstance? _candidate;
    private int _misses;
    private (int Pid, long OwnRequests, long ItsRequests)? _odometer;
    private bool _confirmed;

    /// <summary>Why it is not sure, in words; null when it is, or does not know yet.</summary>
    public string? Problem { get; private set; }

    /// <summary>What it said last.</summary>
    public ServingIdentity? Identity { get; private set; }

    /// <summary>The instance that it surely belongs to; null while that is not known.</summary>
    public LoadBalancerInstance? Owner => _confirmed ? _candidate : null;

    public bool IsOfAnother(LoadBalancerInstance instance) => _confirmed && _candidate != instance;

    /// <summary>Whether the socket is the instance's, after one more look at both.</summary>
    /// <param name="address">The socket's address.</param>
    /// <param name="identity">The process that serves by the socket.</param>
    /// <param name="query">The process that serves the instance.</param>
    /// <param name="rivals">Processes that serve other instances.</param>
    /// <param name="twins">The other sockets of this kind.</param>
    public bool Next(
        RuntimeAddress address, ServingIdentity identity, SocketQuery query, IReadOnlyCollection<(LoadBalancerInstance Instance, int Pid, TimeSpan Uptime)> rivals,
        IEnumerable<SocketMatch> twins)
    {
        Identity = identity;
        if (!identity.Fits(query.Serving, query.Uptime))
        {
            // A reload in between; the processes from before it are the instance's all the same.
            if (_confirmed && _candidate == query.Instance && _odometer?.Pid != identity.Pid) return true;
            if (_candidate == query.Instance) Forget();
            // The other instances may not have been looked at yet.
            if (_candidate is null && ++_misses > MissesToBeSure) Problem = $"the socket {address} speaks with process {identity.Pid}, which serves no load balancer that is known";
            return false;
        }

        if (!_confirmed && Ambiguity(address, identity, query, rivals, twins) is { } ambiguity)
        {
            if (ambiguity.Length > 0) Problem = ambiguity;
            return false;
        }

        var last = _odometer;
        var isSame = _candidate == query.Instance && last?.Pid == identity.Pid;
        (_candidate, _odometer, _misses, Problem) = (query.Instance, (identity.Pid, query.Requests, identity.Requests), 0, null);
        if (isSame && !_confirmed && identity.Requests - last!.Value.ItsRequests < query.Requests - last.Value.OwnRequests)
        {
            Forget();
            Problem = $"the socket {address} speaks with a process {identity.Pid} that has not seen this session's requests: it is another HAProxy's";
            return false;
        }

        // A new process of an instance that is known need not be found out anew.
        _confirmed |= isSame;
        return _confirmed;
    }

    private void Forget() => (_candidate, _odometer, _confirmed) = (null, null, false);

    /// <summary>Null when there is none; empty when the socket is clearly another instance's.</summary>
    private static string? Ambiguity(
        RuntimeAddress address, ServingIdentity identity, SocketQuery query,
        IReadOnlyCollection<(LoadBalancerInstance Instance, int Pid, TimeSpan Uptime)> rivals, IEnumerable<SocketMatch> twins)
    {
        var same = rivals.Where(r => identity.Fits(r.Pid, r.Uptime)).Select(r => r.Instance).ToList();
        if (same.Any(rival => IsAt(rival, address))) return "";
        if (same.Count > 0 && !IsAt(query.Instance, address))
        {
            return $"process {identity.Pid} serves {query.Instance} and {same[0]} alike, so that nothing tells whose the socket {address} is (host:port with the instance's own address would)";
        }

        var twin = twins.FirstOrDefault(t => t.Identity is { } its && identity.Fits(its.Pid, its.Uptime) && (!t._confirmed || t._candidate == query.Instance));
        return twin is not null && !IsAt(query.Instance, address)
            ? $"two sockets speak with a process {identity.Pid}, so that nothing tells which is that of {query.Instance}"
            : null;
    }

    private static bool IsAt(LoadBalancerInstance instance, RuntimeAddress address) =>
        address.Host is { } host && string.Equals(host, instance.StatsUri.Host.Trim('[', ']'), StringComparison.OrdinalIgnoreCase);
}
