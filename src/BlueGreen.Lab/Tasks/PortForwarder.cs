using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace BlueGreen.Lab.Tasks;

/// <summary>
/// Carries connections from a port of the agent to a port inside a task's network. It listens only while the task does:
/// whoever connects earlier or later is refused, as a task without a container in between would refuse him.
/// </summary>
internal sealed class PortForwarder : IDisposable
{
    private static readonly TimeSpan FirstLook = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan SlowestLook = TimeSpan.FromMilliseconds(100);

    private readonly PortForward _forward;
    private readonly NetworkNamespace _network;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Socket _reservation;
    private readonly IReadOnlyList<SafeFileHandle> _tables;
    private readonly CancellationTokenSource _stopped = new();
    private readonly TaskCompletionSource _dying = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IPAddress _target = IPAddress.Loopback;
    private Socket? _listener;

    private PortForwarder(PortForward forward, NetworkNamespace network, Socket reservation, TimeProvider time, ILogger logger)
    {
        (_forward, _network, _reservation, _time, _logger) = (forward, network, reservation, time, logger);
        _tables = network.OpenSocketTables();
    }

    /// <exception cref="SocketException">The port outside is taken.</exception>
    public static PortForwarder Start(PortForward forward, NetworkNamespace network, TimeProvider time, ILogger logger)
    {
        // A socket that is bound and does not listen keeps the port for us and refuses connections.
        var forwarder = new PortForwarder(forward, network, Bind(forward.Listen), time, logger);
        _ = Task.Run(forwarder.RunAsync);
        return forwarder;
    }

    /// <summary>The task was told to end and may stop listening at any moment.</summary>
    public void WatchClosely() => _dying.TrySetResult();

    public void Dispose()
    {
        if (_stopped.IsCancellationRequested) return;
        _stopped.Cancel();
        _listener?.Dispose();
        _reservation.Dispose();
    }

    private static Socket Bind(IPEndPoint endPoint)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            socket.Bind(endPoint);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                _target = await WaitForListenerAsync();
                await AcceptWhileTaskListensAsync();
            }
        }
        catch (Exception) when (_stopped.IsCancellationRequested)
        {
            // The task is gone.
        }
        catch (Exception e)
        {
            _logger.LogError(e, "Forwarding of {EndPoint} ended", _forward.Listen);
        }
        finally
        {
            foreach (var table in _tables) table.Dispose();
        }
    }

    private async Task AcceptWhileTaskListensAsync()
    {
        using var listener = _listener = Bind(_forward.Listen);
        _stopped.Token.ThrowIfCancellationRequested();
        listener.Listen(4096);
        using var refused = CancellationTokenSource.CreateLinkedTokenSource(_stopped.Token);
        _ = CloseWhenDyingTaskClosesAsync(refused);
        try
        {
            while (true)
            {
                var client = await listener.AcceptAsync(refused.Token);
                _ = CarryAsync(client, refused);
            }
        }
        catch (OperationCanceledException) when (!_stopped.IsCancellationRequested)
        {
            // The task refused a connection: it no longer listens, and neither do we.
        }
    }

    private async Task CloseWhenDyingTaskClosesAsync(CancellationTokenSource refused)
    {
        try
        {
            await _dying.Task.WaitAsync(refused.Token);
            while (TaskListens()) await Task.Delay(FirstLook, _time, refused.Token);
            await refused.CancelAsync();
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // It was closed in another way.
        }
    }

    private async Task<IPAddress> WaitForListenerAsync()
    {
        var wait = FirstLook;
        while (true)
        {
            if (FindListener() is { } address) return address;
            await Task.Delay(wait, _time, _stopped.Token);
            wait = wait * 2 < SlowestLook ? wait * 2 : SlowestLook;
        }
    }

    private bool TaskListens() => FindListener() is not null;

    /// <summary>The address at which something in the task's network listens on the container port.</summary>
    private IPAddress? FindListener()
    {
        var buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            return _tables
                .Select(table => SocketTable.FindListener(buffer.AsSpan(0, RandomAccess.Read(table, buffer, 0)), _forward.ContainerPort))
                .FirstOrDefault(address => address is not null);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task CarryAsync(Socket client, CancellationTokenSource refused)
    {
        using var outside = client;
        try
        {
            using var inside = _network.CreateSocket();
            outside.NoDelay = inside.NoDelay = true;
            await inside.ConnectAsync(new IPEndPoint(_target, _forward.ContainerPort), _stopped.Token);
            await SocketPipe.RunAsync(outside, inside);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            SocketPipe.Reset(outside);
            try
            {
                await refused.CancelAsync();
            }
            catch (ObjectDisposedException)
            {
                // Another connection was refused first.
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException or System.ComponentModel.Win32Exception)
        {
            SocketPipe.Reset(outside);
        }
    }
}
