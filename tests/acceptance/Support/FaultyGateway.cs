using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace BlueGreen.Acceptance.Support;

/// <summary>What befalls a request on its way to Marathon.</summary>
public enum Fault
{
    /// <summary>Nothing: it is asked and answered.</summary>
    None,

    /// <summary>It never gets through, and is never answered.</summary>
    Hang,

    /// <summary>It never gets through, and is answered by 503.</summary>
    Unavailable,

    /// <summary>It gets through, and the answer breaks off in the middle.</summary>
    HalfAnswer,

    /// <summary>It gets through, and the connection is reset in place of an answer.</summary>
    LostAnswer,
}

/// <summary>An endpoint of Marathon that fails in the ways that endpoints do. It can be shut, too, and then refuses connections.</summary>
internal sealed class FaultyGateway : IAsyncDisposable
{
    private static readonly byte[] Unavailable =
        "HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain\r\nContent-Length: 20\r\nConnection: close\r\n\r\nno leader is elected"u8.ToArray();

    private readonly ConcurrentDictionary<TcpClient, byte> _open = new();
    private readonly Uri _marathon;
    private readonly int _port;
    private TcpListener _listener = new(IPAddress.Loopback, 0);
    private Task _accepting;

    public FaultyGateway(Uri marathon)
    {
        _marathon = marathon;
        _listener.Start();
        _port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync(_listener);
    }

    public Uri Uri => new($"http://127.0.0.1:{_port}");

    /// <summary>Decides for each request, by its first line such as <c>PUT /v2/apps//shop HTTP/1.1</c>.</summary>
    public Func<string, Fault> Fault { get; set; } = _ => Support.Fault.None;

    /// <summary>Cuts all connections and refuses new ones.</summary>
    public async Task ShutAsync()
    {
        _listener.Stop();
        await _accepting;
        Cut();
    }

    /// <summary>Takes connections again.</summary>
    public void Open()
    {
        _listener = new TcpListener(IPAddress.Loopback, _port);
        _listener.Start();
        _accepting = AcceptAsync(_listener);
    }

    /// <summary>Cuts all connections, those that hang among them.</summary>
    public void Cut()
    {
        foreach (var connection in _open.Keys) connection.Close();
    }

    public async ValueTask DisposeAsync() => await ShutAsync();

    private async Task AcceptAsync(TcpListener listener)
    {
        try
        {
            while (true) _ = ServeAsync(await listener.AcceptTcpClientAsync());
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // It was shut.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var marathon = new TcpClient();
        _open[client] = _open[marathon] = 0;
        try
        {
            await ServeAsync(client, marathon);
        }
        catch (Exception error) when (error is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // Either side has gone, or all was cut.
        }
        finally
        {
            _open.Remove(client, out _);
            _open.Remove(marathon, out _);
            client.Dispose();
        }
    }

    private async Task ServeAsync(TcpClient client, TcpClient marathon)
    {
        var stream = client.GetStream();
        if (await ReadRequestAsync(stream) is not { } request) return;
        var fault = Fault(Encoding.ASCII.GetString(request).Split('\r')[0]);
        switch (fault)
        {
            case Support.Fault.Hang:
                while (await stream.ReadAsync(new byte[1024]) > 0)
                {
                    // Until the client gives up.
                }

                return;
            case Support.Fault.Unavailable:
                await stream.WriteAsync(Unavailable);
                return;
        }

        await marathon.ConnectAsync(_marathon.Host, _marathon.Port);
        await marathon.GetStream().WriteAsync(request);
        if (fault == Support.Fault.None)
        {
            await marathon.GetStream().CopyToAsync(stream);
            return;
        }

        using var answer = new MemoryStream();
        await marathon.GetStream().CopyToAsync(answer);
        if (fault == Support.Fault.HalfAnswer) await stream.WriteAsync(answer.ToArray().AsMemory(0, (int)answer.Length / 2));
        else client.LingerState = new LingerOption(enable: true, seconds: 0);
    }

    /// <summary>A whole request, made to be the only one of its connection; null when the client has none.</summary>
    private static async Task<byte[]?> ReadRequestAsync(NetworkStream stream)
    {
        var bytes = new List<byte>();
        var buffer = new byte[8192];
        int end;
        while ((end = EndOfHead(bytes)) < 0)
        {
            var count = await stream.ReadAsync(buffer);
            if (count == 0) return null;
            bytes.AddRange(buffer.AsSpan(0, count));
        }

        var head = Encoding.ASCII.GetString([.. bytes[..end]]).Split("\r\n");
        var length = head.FirstOrDefault(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase)) is { } header ? int.Parse(header.Split(':')[1], null) : 0;
        var body = bytes[(end + 4)..];
        while (body.Count < length)
        {
            var count = await stream.ReadAsync(buffer);
            if (count == 0) return null;
            body.AddRange(buffer.AsSpan(0, count));
        }

        var lines = head.Where(line => !line.StartsWith("Connection:", StringComparison.OrdinalIgnoreCase)).Append("Connection: close");
        return [.. Encoding.ASCII.GetBytes(string.Join("\r\n", lines) + "\r\n\r\n"), .. body];
    }

    private static int EndOfHead(List<byte> bytes) => CollectionsMarshal.AsSpan(bytes).IndexOf("\r\n\r\n"u8);
}
