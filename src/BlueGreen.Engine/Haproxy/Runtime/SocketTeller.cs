using System.Collections.Concurrent;

namespace BlueGreen.Engine.Haproxy.Runtime;

/// <summary>Says once that a socket tells nothing, and that one goes on without. The first look or two may not know yet.</summary>
internal sealed class SocketTeller(IEngineSink sink, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly ConcurrentDictionary<RuntimeAddress, (long Since, bool Told)> _silent = new();

    /// <param name="address">The socket.</param>
    /// <param name="problem">Why it tells nothing; null when it does.</param>
    public void Saw(RuntimeAddress address, string? problem)
    {
        if (problem is null)
        {
            _silent.TryRemove(address, out _);
            return;
        }

        var (since, told) = _silent.GetOrAdd(address, _ => (time.GetTimestamp(), false));
        if (told || time.GetElapsedTime(since) < Patience) return;
        if (!_silent.TryUpdate(address, (since, true), (since, false))) return;
        sink.Publish(new EngineMessage(
            time.GetUtcNow(), MessageLevel.Warning, $"No evidence from {address} ({problem}). The process sets decide in its place, and they wait for the connections of every app."));
    }
}
