namespace BlueGreen.Engine.Haproxy;

/// <summary>Tells of an instance that stays away, once, and of its return. A moment's absence is not worth a word.</summary>
internal sealed class OutageTeller(LoadBalancerInstance instance, IEngineSink sink, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly object _gate = new();
    private long? _since;
    private bool _told;

    /// <param name="problem">Why it cannot be reached; null when it answers.</param>
    /// <param name="began">When the look began, as a time stamp.</param>
    public void Saw(string? problem, long began)
    {
        lock (_gate)
        {
            if (problem is null)
            {
                if (_told) Say(MessageLevel.Verbose, $"Load balancer {instance} answers again.");
                (_since, _told) = (null, false);
                return;
            }

            _since ??= began;
            if (_told || time.GetElapsedTime(_since.Value) < Patience) return;
            _told = true;
            Say(MessageLevel.Warning, $"Load balancer {instance} has been away for {time.GetElapsedTime(_since.Value).TotalSeconds:0} s: {problem}. It is waited for.");
        }
    }

    private void Say(MessageLevel level, string text) => sink.Publish(new EngineMessage(time.GetUtcNow(), level, text));
}
