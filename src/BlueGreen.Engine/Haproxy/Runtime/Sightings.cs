namespace BlueGreen.Engine.Haproxy.Runtime;

/// <summary>Which process served which load balancer instance when it was last looked at. Usable from any thread.</summary>
internal sealed class Sightings(TimeProvider time)
{
    private readonly object _gate = new();
    private readonly Dictionary<LoadBalancerInstance, (int Pid, TimeSpan Uptime, long At)> _seen = [];

    public void Saw(SocketQuery query)
    {
        lock (_gate) _seen[query.Instance] = (query.Serving, query.Uptime, time.GetTimestamp());
    }

    /// <summary>Those of all other instances, with their uptimes as they are now.</summary>
    public IReadOnlyCollection<(LoadBalancerInstance Instance, int Pid, TimeSpan Uptime)> RivalsOf(LoadBalancerInstance instance)
    {
        lock (_gate)
        {
            return [.. _seen.Where(s => s.Key != instance).Select(s => (s.Key, s.Value.Pid, s.Value.Uptime + time.GetElapsedTime(s.Value.At)))];
        }
    }
}
