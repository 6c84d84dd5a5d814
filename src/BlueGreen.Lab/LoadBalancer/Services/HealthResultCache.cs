namespace BlueGreen.Lab.LoadBalancer.Services;

/// <summary>
/// The last health result of each task, for <c>--health-check</c>: a task whose results are missing for a while (as after
/// a fail-over of Marathon) counts as it did before. The least recently used entries go first.
/// </summary>
internal sealed class HealthResultCache(int capacity = 1000)
{
    private readonly Dictionary<string, LinkedListNode<(string TaskId, bool Alive)>> _nodes = new(StringComparer.Ordinal);
    private readonly LinkedList<(string TaskId, bool Alive)> _byUse = new();

    /// <summary>The remembered result; false when nothing is known.</summary>
    public bool WasAlive(string taskId)
    {
        if (!_nodes.TryGetValue(taskId, out var node))
            return false;
        _byUse.Remove(node);
        _byUse.AddLast(node);
        return node.Value.Alive;
    }

    public void Remember(string taskId, bool alive)
    {
        if (_nodes.Remove(taskId, out var known))
        {
            _byUse.Remove(known);
        }
        else if (_nodes.Count >= capacity && _byUse.First is { } oldest)
        {
            _byUse.RemoveFirst();
            _nodes.Remove(oldest.Value.TaskId);
        }

        _nodes[taskId] = _byUse.AddLast((taskId, alive));
    }
}
