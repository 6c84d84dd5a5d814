using System.Buffers;
using System.Net.Sockets;

namespace BlueGreen.Lab.Tasks;

/// <summary>Joins two connections so that each end sees what the other does: bytes, the end of sending, a reset.</summary>
internal static class SocketPipe
{
    private const int BufferSize = 64 * 1024;

    public static async Task RunAsync(Socket a, Socket b)
    {
        await Task.WhenAll(CopyAsync(a, b), CopyAsync(b, a));
    }

    /// <summary>Closes with a reset instead of an orderly end.</summary>
    public static void Reset(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It is closed already.
        }

        socket.Dispose();
    }

    private static async Task CopyAsync(Socket from, Socket to)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            int read;
            while ((read = await from.ReceiveAsync(buffer.AsMemory())) > 0)
            {
                for (var sent = 0; sent < read;)
                    sent += await to.SendAsync(buffer.AsMemory(sent, read - sent));
            }

            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // One end is broken: the other learns of it, and the copy in the other direction ends as well.
            Reset(from);
            Reset(to);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
