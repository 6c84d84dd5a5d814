using System.Net.Sockets;
using BlueGreen.Engine.Marathon;

namespace BlueGreen.Engine.Haproxy;

/// <summary>
/// The tasks of marathon-lb's own app in Marathon: where a name or a virtual address hides the instances, these tell them all.
/// </summary>
internal sealed class MarathonAppSource(MarathonAppAddress address, IMarathon marathon, HostResolver resolver, IEngineSink sink, TimeProvider time)
    : ILoadBalancerSource
{
    /// <summary>
    /// A task that is being killed may still have requests, and one that Mesos has lost sight of may well go on serving: both count
    /// until Marathon drops them.
    /// </summary>
    private static readonly string[] Living = ["TASK_RUNNING", "TASK_KILLING", "TASK_UNREACHABLE"];

    private ImmutableArray<LoadBalancerAddress> _last = [];
    private bool _isFailing;

    /// <inheritdoc/>
    public string Name => address.ToString();

    /// <inheritdoc/>
    /// <exception cref="BlueGreenException">
    /// <c>LoadBalancerAppNotFound</c>, <c>LoadBalancerAppEmpty</c>, <c>LoadBalancerUnresolvable</c>, or what kept Marathon from answering.
    /// </exception>
    public async Task<ImmutableArray<LoadBalancerAddress>> FindAsync(CancellationToken cancellationToken)
    {
        try
        {
            var found = await LookAsync(cancellationToken).ConfigureAwait(false);
            _isFailing = false;
            return _last = found;
        }
        catch (BlueGreenException error) when (!_last.IsEmpty)
        {
            // None at all is more likely an app that is restarted than load balancers that are no longer needed.
            if (!_isFailing)
            {
                _isFailing = true;
                sink.Publish(new EngineMessage(
                    time.GetUtcNow(), MessageLevel.Warning,
                    $"{error.Message} Going on with {string.Join(", ", _last.Select(a => a.Name))}; a new instance would not be seen."));
            }

            return _last;
        }
    }

    private async Task<ImmutableArray<LoadBalancerAddress>> LookAsync(CancellationToken cancellationToken)
    {
        var app = await marathon.FindAppAsync(address.AppId, cancellationToken).ConfigureAwait(false) ?? throw new BlueGreenException(
            ErrorKind.NotFound, "LoadBalancerAppNotFound", $"There is no app {address.AppId} in Marathon, whose tasks should be the load balancers.",
            "Check the id in -MarathonLbUri: Get-MarathonApp lists all apps.", address.AppId);
        var living = app.Tasks.Where(task => Living.Contains(task.State)).ToList();
        var found = await Task.WhenAll(living.Select(task => LocateAsync(app, task))).ConfigureAwait(false);
        return found.Length > 0 ? [.. found] : throw new BlueGreenException(
            ErrorKind.Unavailable, "LoadBalancerAppEmpty", $"The app {address.AppId} has no running task, so there is no load balancer.",
            "Start marathon-lb (Set-MarathonApp -Instances), or name another app in -MarathonLbUri.", address.AppId);
    }

    private async Task<LoadBalancerAddress> LocateAsync(MarathonApp app, MarathonTask task)
    {
        var (host, port) = Endpoint(app, task);
        try
        {
            var ip = (await resolver.ResolveAsync(host).ConfigureAwait(false))[0];
            return new LoadBalancerAddress(ip, address.StatsUri(ip, port));
        }
        catch (SocketException error)
        {
            throw new BlueGreenException(
                ErrorKind.Unavailable, "LoadBalancerUnresolvable",
                $"The load balancer host {host} (task {task.Id}) cannot be resolved: {error.Message}",
                "Make the agents' names resolvable from here, or give the instances' addresses in -MarathonLbUri.", host, error);
        }
    }

    /// <summary>marathon-lb listens on its agent's ports as a rule; in a bridge, its port has another number on the agent.</summary>
    private (string Host, int Port) Endpoint(MarathonApp app, MarathonTask task)
    {
        if (app.Networking.Mode == NetworkMode.Container && !task.IpAddresses.IsEmpty) return (task.IpAddresses[0], address.Port);
        var index = app.Networking.Mode == NetworkMode.Bridge ? app.Networking.ContainerPorts.IndexOf(address.Port) : -1;
        return (task.Host, index >= 0 && index < task.Ports.Length ? task.Ports[index] : address.Port);
    }
}
