using BlueGreen.Engine.Haproxy;
using BlueGreen.Engine.Haproxy.Runtime;
using BlueGreen.Engine.Marathon;

namespace BlueGreen.Engine.Session;

/// <summary>Looks at every endpoint of a session once, without patience.</summary>
internal sealed class SessionTester(
    MarathonClient marathon, ImmutableArray<Uri> endpoints, ILoadBalancerPool loadBalancers, SocketTester sockets, TimeProvider time)
{
    private static readonly TimeSpan EventPatience = TimeSpan.FromSeconds(5);

    public async Task<ImmutableArray<SessionCheck>> TestAsync(CancellationToken cancellationToken)
    {
        var checks = endpoints.Select(endpoint => CheckAsync(endpoint.AbsoluteUri, "Marathon", () => MarathonAsync(endpoint, cancellationToken)))
            .Append(CheckAsync(endpoints[0].AbsoluteUri, "Event stream", () => EventsAsync(cancellationToken)))
            .Append(CheckAsync("Load balancers", "Load balancer", () => DiscoverAsync(cancellationToken)))
            .Concat(sockets.All.Select(s => CheckAsync(s.Name, s.Role, async () => (true, await s.Look(cancellationToken).ConfigureAwait(false), null))))
            .ToList();
        try
        {
            checks.AddRange((await loadBalancers.DiscoverAsync(cancellationToken).ConfigureAwait(false))
                .Select(lb => CheckAsync(lb.Instance.Name, "Load balancer", () => LoadBalancerAsync(lb, cancellationToken))));
        }
        catch (BlueGreenException)
        {
            // The check of the discovery tells it.
        }

        return [.. await Task.WhenAll(checks).ConfigureAwait(false)];
    }

    private async Task<SessionCheck> CheckAsync(string name, string role, Func<Task<(bool Ok, string Detail, string? Remedy)>> look)
    {
        var started = time.GetTimestamp();
        try
        {
            var (ok, detail, remedy) = await look().ConfigureAwait(false);
            return new SessionCheck(name, role, ok, time.GetElapsedTime(started), detail, remedy);
        }
        catch (BlueGreenException error)
        {
            return new SessionCheck(name, role, false, time.GetElapsedTime(started), error.Message, error.Remedy);
        }
    }

    private async Task<(bool Ok, string Detail, string? Remedy)> MarathonAsync(Uri endpoint, CancellationToken cancellationToken)
    {
        var info = await marathon.GetInfoOfAsync(endpoint, cancellationToken).ConfigureAwait(false);
        return info.Leader is null
            ? (false, $"Marathon {info.Version} has no leader now.", "Wait some seconds; if it stays so, look at Marathon's log and at ZooKeeper.")
            : (true, $"Marathon {info.Version}, leader {info.Leader}.", null);
    }

    private async Task<(bool Ok, string Detail, string? Remedy)> EventsAsync(CancellationToken cancellationToken)
    {
        using var patience = time.CreateCancellationTokenSource(EventPatience);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            await foreach (var _ in marathon.WatchEventsAsync([], linked.Token).ConfigureAwait(false))
            {
                return (true, "The event stream is open.", null);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Told below.
        }

        return (
            false, $"The event stream did not open within {EventPatience.TotalSeconds:0} s.",
            "Everything works without it, only slower; check the proxies in between.");
    }

    private async Task<(bool Ok, string Detail, string? Remedy)> DiscoverAsync(CancellationToken cancellationToken)
    {
        var found = await loadBalancers.DiscoverAsync(cancellationToken).ConfigureAwait(false);
        return found.IsEmpty
            ? (false, "The session names no load balancer.", "Connect again with -MarathonLbUri.")
            : (true, $"{found.Length} found: {string.Join(", ", found.Select(lb => lb.Instance.Name))}.", null);
    }

    private static async Task<(bool Ok, string Detail, string? Remedy)> LoadBalancerAsync(
        ILoadBalancer loadBalancer, CancellationToken cancellationToken)
    {
        var reading = await loadBalancer.ReadAsync([], cancellationToken).ConfigureAwait(false);
        if (reading.Processes is not { } processes)
        {
            return (
                false, $"{reading.Problem}.",
                "Check that this is marathon-lb's statistics port (9090 by default) and that it can be reached from here.");
        }

        var served = $"serving process {processes.Serving} of {processes.All.Count}, {reading.Servers.Length} servers";
        return (true, $"HAProxy {processes.HaproxyVersion}, {served}.", null);
    }
}
