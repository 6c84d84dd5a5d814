using System.Collections.Concurrent;
using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace BlueGreen.Lab.Tasks;

/// <summary>
/// A network of a task's own: loopback and nothing else. It has no name and lives as long as a process, a thread or an
/// open handle in it, so nothing of it can be left behind.
/// </summary>
/// <remarks>
/// One thread of the lab lives inside and makes what must be made there. It never comes out (which only root may), and it
/// runs nothing but the calls below: a thread that it started would be born inside as well.
/// </remarks>
internal sealed partial class NetworkNamespace : IDisposable
{
    private const int CloneNewNet = 0x40000000;
    private const int OpenReadOnlyCloseOnExec = 0x80000;
    private const int InternetStream = 2;
    private const int StreamCloseOnExec = 1 | 0x80000;
    private const uint GetInterfaceFlags = 0x8913;
    private const uint SetInterfaceFlags = 0x8914;
    private const short InterfaceUp = 1;

    private readonly BlockingCollection<Action> _work = [];
    private readonly int _handle;

    private NetworkNamespace()
    {
        new Thread(LiveInside) { IsBackground = true, Name = "network namespace" }.Start();
        try
        {
            _handle = Run(Enter);
        }
        catch
        {
            _work.CompleteAdding();
            throw;
        }
    }

    /// <summary>The file that other programs (nsenter) can open to enter it, while this object lives.</summary>
    public string Path => $"/proc/{Environment.ProcessId}/fd/{_handle}";

    /// <summary>Null when this process can make network namespaces; otherwise why it cannot.</summary>
    public static string? Unavailable
    {
        get
        {
            if (!OperatingSystem.IsLinux()) return "network namespaces exist on Linux only";
            try
            {
                Create().Dispose();
                return null;
            }
            catch (Win32Exception e)
            {
                return $"this process may not make network namespaces ({e.Message}; root may)";
            }
        }
    }

    /// <exception cref="Win32Exception">The kernel refuses.</exception>
    public static NetworkNamespace Create() => new();

    /// <summary>A TCP socket in this network. A socket stays where it was made, whoever uses it.</summary>
    public Socket CreateSocket() => new(new SafeSocketHandle(
        Run(() => Check(socket(InternetStream, StreamCloseOnExec, 0), "socket")), ownsHandle: true));

    /// <summary>The kernel's tables of the TCP sockets in this network; reading from offset 0 gives the present state.</summary>
    public IReadOnlyList<SafeFileHandle> OpenSocketTables() => [OpenTable("tcp"), OpenTable("tcp6")];

    public void Dispose()
    {
        if (_work.IsAddingCompleted) return;
        _work.CompleteAdding();
        _ = close(_handle);
    }

    private static int Enter()
    {
        Check(unshare(CloneNewNet), "unshare");
        RaiseLoopback();
        return Check(open("/proc/thread-self/ns/net", OpenReadOnlyCloseOnExec), "open");
    }

    private static unsafe void RaiseLoopback()
    {
        var control = Check(socket(InternetStream, StreamCloseOnExec, 0), "socket");
        try
        {
            // struct ifreq: the name in 16 bytes, then the flags.
            var request = stackalloc byte[40];
            new Span<byte>(request, 40).Clear();
            "lo"u8.CopyTo(new Span<byte>(request, 16));
            Check(ioctl(control, GetInterfaceFlags, request), "ioctl");
            *(short*)(request + 16) |= InterfaceUp;
            Check(ioctl(control, SetInterfaceFlags, request), "ioctl");
        }
        finally
        {
            _ = close(control);
        }
    }

    private static int Check(int result, string call) => result >= 0
        ? result
        : throw new Win32Exception(Marshal.GetLastPInvokeError(), $"{call}: {Marshal.GetLastPInvokeErrorMessage()}");

    private SafeFileHandle OpenTable(string name) =>
        new(Run(() => Check(open($"/proc/thread-self/net/{name}", OpenReadOnlyCloseOnExec), "open")), ownsHandle: true);

    private int Run(Func<int> call)
    {
        using var done = new ManualResetEventSlim();
        var result = 0;
        Win32Exception? error = null;
        try
        {
            _work.Add(() =>
            {
                try
                {
                    result = call();
                }
                catch (Win32Exception e)
                {
                    error = e;
                }

                done.Set();
            });
        }
        catch (InvalidOperationException e)
        {
            throw new ObjectDisposedException("The task's network is gone.", e);
        }

        done.Wait();
        return error is null ? result : throw error;
    }

    private void LiveInside()
    {
        foreach (var work in _work.GetConsumingEnumerable()) work();
        _work.Dispose();
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int unshare(int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int close(int handle);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int socket(int domain, int type, int protocol);

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial int ioctl(int handle, nuint request, byte* argument);
}
