using System.Net;
using System.Net.Sockets;
using BlueGreen.Lab.Tasks;

namespace BlueGreen.Lab.Tests.Tasks;

public sealed class SocketPipeTests
{
    [Fact]
    public async Task Bytes_go_both_ways_unchanged()
    {
        using var ends = await Ends.CreateAsync();
        var sent = new byte[3_000_000];
        Random.Shared.NextBytes(sent);

        var send = Task.Run(async () =>
        {
            await ends.Client.SendAsync(sent, TestContext.Current.CancellationToken);
            ends.Client.Shutdown(SocketShutdown.Send);
        }, TestContext.Current.CancellationToken);
        var received = await ReadToEndAsync(ends.Server);

        await send;
        Assert.Equal(sent, received);
    }

    [Fact]
    public async Task The_end_of_sending_on_one_side_leaves_the_other_direction_open()
    {
        using var ends = await Ends.CreateAsync();

        ends.Client.Shutdown(SocketShutdown.Send);
        Assert.Equal(0, await ends.Server.ReceiveAsync(new byte[1], TestContext.Current.CancellationToken));
        await ends.Server.SendAsync("still here"u8.ToArray(), TestContext.Current.CancellationToken);
        ends.Server.Shutdown(SocketShutdown.Send);

        Assert.Equal("still here"u8.ToArray(), await ReadToEndAsync(ends.Client));
        await ends.Pipe;
    }

    [Fact]
    public async Task A_reset_on_one_side_is_a_reset_on_the_other()
    {
        using var ends = await Ends.CreateAsync();

        SocketPipe.Reset(ends.Client);

        var error = await Assert.ThrowsAsync<SocketException>(async () => await ends.Server.ReceiveAsync(new byte[1], TestContext.Current.CancellationToken));
        Assert.Equal(SocketError.ConnectionReset, error.SocketErrorCode);
        await ends.Pipe;
    }

    private static async Task<byte[]> ReadToEndAsync(Socket socket)
    {
        var all = new List<byte>();
        var buffer = new byte[64 * 1024];
        while (await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken) is > 0 and var read) all.AddRange(buffer.AsSpan(0, read));
        return [.. all];
    }

    /// <summary>A client and a server with a pipe between them.</summary>
    private sealed class Ends(Socket client, Socket server, Task pipe) : IDisposable
    {
        public Socket Client => client;

        public Socket Server => server;

        public Task Pipe => pipe;

        public static async Task<Ends> CreateAsync()
        {
            var (client, a) = await PairAsync();
            var (b, server) = await PairAsync();
            return new Ends(client, server, SocketPipe.RunAsync(a, b));
        }

        public void Dispose()
        {
            client.Dispose();
            server.Dispose();
        }

        private static async Task<(Socket, Socket)> PairAsync()
        {
            using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            listener.Listen();
            var connecting = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await connecting.ConnectAsync(listener.LocalEndPoint!);
            return (connecting, await listener.AcceptAsync());
        }
    }
}
