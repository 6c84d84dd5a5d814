using System.Net;
using System.Net.Sockets;
using BlueGreen.Lab.Marathon.Instances;
using BlueGreen.Lab.Marathon.State;
using BlueGreen.Lab.Tasks;

namespace BlueGreen.Lab.Marathon.Health;

/// <summary>The result of one look at a task. Neither healthy nor a cause: it says nothing and is ignored.</summary>
internal readonly record struct ProbeResult(bool Healthy, string? Cause)
{
    public static ProbeResult Success { get; } = new(true, null);

    public static ProbeResult Ignored { get; } = new(false, null);

    public static ProbeResult Failure(string cause) => new(false, cause);
}

/// <summary>Asks a task how it is, each time over a connection of its own.</summary>
internal sealed class HealthProbe : IDisposable
{
    private static readonly HttpRequestOptionsKey<IRunningTask> InTask = new(nameof(InTask));

    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        PooledConnectionLifetime = TimeSpan.Zero,
        ConnectCallback = ConnectAsync,
        // Marathon trusts any certificate here: the check asks for life, not for identity.
        SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true },
    })
    {
        Timeout = System.Threading.Timeout.InfiniteTimeSpan,
    };

    /// <summary>Looks once. Every failure is a result; only the caller's cancellation is thrown.</summary>
    public async Task<ProbeResult> RunAsync(HealthCheck check, Instance instance, IRunningTask task, TimeProvider time, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(check.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return check.Protocol switch
            {
                "COMMAND" => await RunCommandAsync(check.Command!, task, either.Token),
                "TCP" or "MESOS_TCP" => await ConnectOnlyAsync(Target(check, instance), check.RunsInTask ? task : null, either.Token),
                _ => await GetAsync(check, Target(check, instance), check.RunsInTask ? task : null, either.Token),
            };
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return ProbeResult.Failure($"No answer within {check.Timeout.TotalSeconds:0} s");
        }
        catch (Exception e) when (e is HttpRequestException or SocketException or IOException)
        {
            return ProbeResult.Failure($"{e.GetType().Name}: {e.Message}");
        }
    }

    /// <summary>One GET; for readiness checks, which want the whole answer.</summary>
    public async Task<HttpResponseMessage> GetAsync(Uri uri, CancellationToken cancellationToken) =>
        await _http.GetAsync(uri, HttpCompletionOption.ResponseContentRead, cancellationToken);

    /// <summary>The address at which Marathon finds a port of a task.</summary>
    public static IPEndPoint AddressOf(Instance instance, int portIndex)
    {
        var placement = instance.Placement!;
        return placement.HostPorts[portIndex] is { } hostPort
            ? new IPEndPoint(placement.Agent.Address, hostPort)
            : new IPEndPoint(placement.ContainerAddress!, instance.App.Ports[portIndex].ContainerPort!.Value);
    }

    public void Dispose() => _http.Dispose();

    private static IPEndPoint Target(HealthCheck check, Instance instance)
    {
        var placement = instance.Placement!;
        if (!check.RunsInTask || instance.App.Mode == NetworkMode.Host)
        {
            return check.Port is { } port
                ? new IPEndPoint(placement.ContainerAddress ?? placement.Agent.Address, port)
                : AddressOf(instance, check.PortIndex);
        }

        var inside = check.Port ?? instance.App.Ports[check.PortIndex].ContainerPort;
        return new IPEndPoint(IPAddress.Loopback, inside is null or 0 ? placement.HostPorts[check.PortIndex]!.Value : inside.Value);
    }

    private static async Task<ProbeResult> RunCommandAsync(string command, IRunningTask task, CancellationToken cancellationToken)
    {
        var code = await task.RunCommandAsync(command, cancellationToken);
        return code == 0 ? ProbeResult.Success : ProbeResult.Failure($"Command exited with status {code}");
    }

    private static async Task<ProbeResult> ConnectOnlyAsync(IPEndPoint target, IRunningTask? inTask, CancellationToken cancellationToken)
    {
        using var socket = inTask?.CreateSocket() ?? new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(target, cancellationToken);
        return ProbeResult.Success;
    }

    private async Task<ProbeResult> GetAsync(HealthCheck check, IPEndPoint target, IRunningTask? inTask, CancellationToken cancellationToken)
    {
        var scheme = check.Protocol.EndsWith("HTTPS", StringComparison.Ordinal) ? "https" : "http";
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{scheme}://{target}{check.Path}");
        if (inTask is not null) request.Options.Set(InTask, inTask);
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        var status = (int)response.StatusCode;
        if (status is >= 200 and < 400) return ProbeResult.Success;
        return status < 200 && check.IgnoresHttp1xx ? ProbeResult.Ignored : ProbeResult.Failure($"{status} {response.ReasonPhrase}");
    }

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = context.InitialRequestMessage.Options.TryGetValue(InTask, out var task)
            ? task.CreateSocket()
            : new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.NoDelay = true;
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
