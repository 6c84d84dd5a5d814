using System.Net;
using System.Text.Json.Nodes;
using BlueGreen.Lab.LoadBalancer;
using BlueGreen.Lab.Marathon;

namespace BlueGreen.Lab.Hosting;

/// <summary>A whole lab: Marathon with its tasks, and the load balancers.</summary>
internal sealed class LabHost : IAsyncDisposable
{
    private readonly MarathonServer _marathon;
    private readonly LoopbackBlock _addresses;
    private readonly List<LoadBalancerInstance> _loadBalancers = [];
    private readonly string _sandbox;

    private LabHost(MarathonServer marathon, LoopbackBlock addresses, string sandbox)
    {
        _marathon = marathon;
        _addresses = addresses;
        _sandbox = sandbox;
    }

    /// <exception cref="LabException">The lab cannot start; the message says why and what to do.</exception>
    public static async Task<LabHost> StartAsync(
        LabOptions options, string workDirectory, ILoggerFactory loggers, TimeProvider time, CancellationToken cancellationToken)
    {
        // Without its folder the lab was orphaned before it began, and nobody would ever remove what it makes.
        if (!Directory.Exists(workDirectory)) throw new OperationCanceledException();
        var sandbox = options.Sandbox ?? Path.Combine(workDirectory, "tasks");
        Directory.CreateDirectory(sandbox);
        var addresses = LoopbackBlock.Claim(options.LoadBalancerAddress, options.LoadBalancers, options.LoadBalancerPort);
        var marathon = await StartMarathonAsync(options, sandbox, loggers, time, cancellationToken);
        var lab = new LabHost(marathon, addresses, sandbox);
        try
        {
            for (var i = 0; i < addresses.Addresses.Count; i++)
            {
                lab._loadBalancers.Add(await LoadBalancerInstance.StartAsync(
                    new LoadBalancerOptions(
                        marathon.Uri, addresses.Addresses[i], options.LoadBalancerPort, Path.Combine(workDirectory, $"lb{i + 1}"),
                        options.AdminSocket, options.MasterSocket)
                    {
                        // As DC/OS runs marathon-lb. Without it a new task is listed before it listens, and HAProxy takes it down.
                        HealthCheck = true,
                    },
                    loggers, time, cancellationToken));
            }

            return lab;
        }
        catch (InvalidOperationException e)
        {
            await lab.DisposeAsync();
            throw new LabException(e.Message, e);
        }
        catch
        {
            await lab.DisposeAsync();
            throw;
        }
    }

    /// <summary>The endpoints, for programs.</summary>
    /// <param name="pid">The process to signal to end the lab, as seen from outside.</param>
    public JsonObject ToJson(int pid) => new()
    {
        ["marathonUri"] = Plain(_marathon.Uri),
        ["marathonLbUris"] = _loadBalancers.Select(lb => Plain(lb.StatsUri)).ToJsonArray(),
        ["adminSockets"] = _loadBalancers.Select(lb => lb.AdminSocket).OfType<string>().Select(path => $"unix:{path}").ToJsonArray(),
        ["masterSockets"] = _loadBalancers.Select(lb => lb.MasterSocket).OfType<string>().Select(path => $"unix:{path}").ToJsonArray(),
        ["sandbox"] = _sandbox,
        ["pid"] = pid,
    };

    public async ValueTask DisposeAsync()
    {
        foreach (var loadBalancer in _loadBalancers) await loadBalancer.DisposeAsync();
        await _marathon.DisposeAsync();
        _addresses.Dispose();
    }

    private static async Task<MarathonServer> StartMarathonAsync(
        LabOptions options, string sandbox, ILoggerFactory loggers, TimeProvider time, CancellationToken cancellationToken)
    {
        var endPoint = new IPEndPoint(options.MarathonAddress, options.MarathonPort);
        try
        {
            return await MarathonServer.StartAsync(
                new MarathonOptions(endPoint, options.Agents, sandbox, OwnCommand.Prefix), loggers, time, cancellationToken);
        }
        catch (IOException e)
        {
            throw new LabException($"Marathon's API cannot listen on {endPoint}: {e.Message} Choose another port by --marathon-port.", e);
        }
    }

    private static string Plain(Uri uri) => uri.ToString().TrimEnd('/');
}

/// <summary>The lab cannot do what it was asked to; the message is for the user.</summary>
internal sealed class LabException(string message, Exception? inner = null) : Exception(message, inner);
