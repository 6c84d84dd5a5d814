namespace BlueGreen.Engine.Session;

/// <summary>What a look at one endpoint of a session showed.</summary>
/// <param name="Name">The endpoint.</param>
/// <param name="Role"><c>Marathon</c>, <c>Event stream</c> or <c>Load balancer</c>.</param>
/// <param name="Ok">Whether it does what it is there for.</param>
/// <param name="Latency">How long the look took.</param>
/// <param name="Detail">What was seen, or what went wrong.</param>
/// <param name="Remedy">What to do; null when all is well.</param>
public sealed record SessionCheck(string Name, string Role, bool Ok, TimeSpan Latency, string Detail, string? Remedy);
