namespace BlueGreen.Simulation.Cluster;

/// <summary>Process ids of a container, or of a machine that several load balancers share, with HAProxy processes of others among them.</summary>
internal sealed class PidSpace(int first)
{
    private readonly List<SimulatedLoadBalancer> _members = [];
    private readonly SortedSet<int> _foreign = [];
    private readonly List<int> _listed = [];
    private ImmutableSortedSet<int> _last = [];
    private int _next = first;

    public int Next() => _next++;

    public void Join(SimulatedLoadBalancer loadBalancer) => _members.Add(loadBalancer);

    public void Leave(SimulatedLoadBalancer loadBalancer) => _members.Remove(loadBalancer);

    /// <summary>Somebody starts a HAProxy that has nothing to do with any of these.</summary>
    public int AddForeign()
    {
        var pid = Next();
        _foreign.Add(pid);
        return pid;
    }

    public void RemoveForeign(int pid) => _foreign.Remove(pid);

    public ImmutableSortedSet<int> ListedBy(SimulatedLoadBalancer asked)
    {
        _listed.Clear();
        foreach (var member in _members)
        {
            if (!member.IsDown || member == asked) member.List(_listed);
        }

        _listed.AddRange(_foreign);
        _listed.Sort();
        // Nearly always it is the set of the time before.
        return IsAsBefore() ? _last : _last = [.. _listed];
    }

    private bool IsAsBefore()
    {
        if (_listed.Count != _last.Count) return false;
        for (var i = 0; i < _listed.Count; i++)
        {
            if (_listed[i] != _last[i]) return false;
        }

        return true;
    }
}
