namespace BlueGreen.Engine.Haproxy;

/// <summary>
/// A process that no longer serves takes no new connections, but a client that had connected before may send its request only now: until
/// then the process may be idle and have work again. With no connection at all left that cannot be.
/// </summary>
/// <remarks>
/// marathon-lb gives a client 15 s for the head of a request (<c>timeout http-request</c>) and 1 s between two requests
/// (<c>timeout http-keep-alive</c>); source: its <c>config.py</c>. From 2.4 on HAProxy closes idle connections at a reload anyway.
/// </remarks>
internal static class LateRequests
{
    /// <summary>After this time a client that has sent nothing is cut off.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    /// <summary>For whoever lets go of a process after its last reading: later than those who judge the reading.</summary>
    public static readonly TimeSpan Margin = Limit + TimeSpan.FromSeconds(1);
}
