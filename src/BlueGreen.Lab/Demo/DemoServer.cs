using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace BlueGreen.Lab.Demo;

/// <summary>
/// Kestrel without a host around it: a lab starts many of these on few cores, and configuration, injection and routing
/// would take most of the time until the first answer.
/// </summary>
internal sealed class DemoServer : IAsyncDisposable
{
    private readonly KestrelServer _kestrel;

    private DemoServer(KestrelServer kestrel) => _kestrel = kestrel;

    /// <summary>Where it listens, with the chosen port when 0 was asked for.</summary>
    public Uri Uri => new(_kestrel.Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    /// <exception cref="IOException">The address is in use.</exception>
    public static async Task<DemoServer> StartAsync(ServeOptions options, TimeProvider time, CancellationToken cancellation)
    {
        var settings = new KestrelServerOptions { AddServerHeader = false };
        settings.Listen(options.Address, options.Port, listen => listen.Protocols = HttpProtocols.Http1);
        var transport = new SocketTransportFactory(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance);
        var kestrel = new KestrelServer(Options.Create(settings), transport, NullLoggerFactory.Instance);
        await kestrel.StartAsync(new DemoService(options, time), cancellation);
        return new DemoServer(kestrel);
    }

    /// <summary>Stops listening and waits for the requests in flight until cancelled; then cuts them.</summary>
    public Task StopAsync(CancellationToken cancellation) => _kestrel.StopAsync(cancellation);

    public ValueTask DisposeAsync()
    {
        _kestrel.Dispose();
        return ValueTask.CompletedTask;
    }
}
