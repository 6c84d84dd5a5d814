using System.Net;
using System.Text.Json.Nodes;
using BlueGreen.Lab.Marathon;

namespace BlueGreen.Lab.Hosting;

/// <summary>A whole lab: Marathon with its tasks, and the load balancers.</summary>
internal sealed class LabHost : IAsyncDisposable
{
    private readonly MarathonServer _marathon;
    private readonly string _sandbox;

    private LabHost(MarathonServer marathon, string sandbox)
    {
        _marathon = marathon;
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
        var endPoint = new IPEndPoint(options.MarathonAddress, options.MarathonPort);
        try
        {
            var marathon = await MarathonServer.StartAsync(
                new MarathonOptions(endPoint, options.Agents, sandbox, OwnCommand.Prefix), loggers, time, cancellationToken);
            return new LabHost(marathon, sandbox);
        }
        catch (IOException e)
        {
            throw new LabException($"Marathon's API cannot listen on {endPoint}: {e.Message} Choose another port by --marathon-port.", e);
        }
    }

    /// <summary>The endpoints, for programs.</summary>
    /// <param name="pid">The process to signal to end the lab, as seen from outside.</param>
    public JsonObject ToJson(int pid) => new()
    {
        ["marathonUri"] = _marathon.Uri.ToString().TrimEnd('/'),
        ["marathonLbUris"] = new JsonArray(),
        ["adminSockets"] = new JsonArray(),
        ["masterSockets"] = new JsonArray(),
        ["sandbox"] = _sandbox,
        ["pid"] = pid,
    };

    public async ValueTask DisposeAsync() => await _marathon.DisposeAsync();
}

/// <summary>The lab cannot do what it was asked to; the message is for the user.</summary>
internal sealed class LabException(string message, Exception? inner = null) : Exception(message, inner);
