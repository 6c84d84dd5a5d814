using System.Collections.Concurrent;
using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace BlueGreen.Lab.Tasks;

/// <summary>
/// A network of a task's own: loopback and nothing else. It has no name and lives as long as a process or an open
/// handle in it, so nothing of it can be left behind.
/// </summary>
internal sealed partial class NetworkNamespace : IDisposable
{
    private const int CloneNewNet = 0x40000000;
    private const int OpenReadOnlyCloseOnExec = 0x80000;
    private const int InternetStream = 2;
    private const int StreamCloseOnExec = 1 | 0x80000;
    private const uint GetInterfaceFlags = 0x8913;
    private const uint SetInterfaceFlags = 0x8914;
    private const short InterfaceUp = 1;

    private static readonly Lazy<NamespaceThread> Thread = new(() => new NamespaceThread());

    private readonly int _handle;
    private int _disposed;

    private NetworkNamespace(int handle) => _handle = handle;

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
    public static NetworkNamespace Create() => Thread.Value.Run(home =>
    {
        Check(unshare(CloneNewNet), "unshare");
        try
        {
            RaiseLoopback();
            return new NetworkNamespace(Check(open("/proc/thread-self/ns/net", OpenReadOnlyCloseOnExec), "open"));
        }
        finally
        {
            GoHome(home);
        }
    });

    /// <summary>A TCP socket in this network. A socket stays where it was made, whoever uses it.</summary>
    public Socket CreateSocket() => new(new SafeSocketHandle(
        RunInside(() => Check(socket(InternetStream, StreamCloseOnExec, 0), "socket")), ownsHandle: true));

    /// <summary>The kernel's tables of the TCP sockets in this network; reading from offset 0 gives the present state.</summary>
    public IReadOnlyList<SafeFileHandle> OpenSocketTables() =>
    [
        new(RunInside(() => Check(open("/proc/thread-self/net/tcp", OpenReadOnlyCloseOnExec), "open")), ownsHandle: true),
        new(RunInside(() => Check(open("/proc/thread-self/net/tcp6", OpenReadOnlyCloseOnExec), "open")), ownsHandle: true),
    ];

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0) _ = close(_handle);
    }

    private nint RunInside(Func<int> call) => Thread.Value.Run(home =>
    {
        Check(setns(_handle, CloneNewNet), "setns");
        try
        {
            return call();
        }
        finally
        {
            GoHome(home);
        }
    });

    private static void GoHome(int home)
    {
        // A thread that cannot come back would make sockets and processes in the wrong network ever after.
        if (setns(home, CloneNewNet) != 0)
            Environment.FailFast($"The way back from a network namespace is closed: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    private static unsafe void RaiseLoopback()
    {
        var socket = Check(NetworkNamespace.socket(InternetStream, StreamCloseOnExec, 0), "socket");
        try
        {
            // struct ifreq: the name in 16 bytes, then the flags.
            var request = stackalloc byte[40];
            new Span<byte>(request, 40).Clear();
            "lo"u8.CopyTo(new Span<byte>(request, 16));
            Check(ioctl(socket, GetInterfaceFlags, request), "ioctl");
            *(short*)(request + 16) |= InterfaceUp;
            Check(ioctl(socket, SetInterfaceFlags, request), "ioctl");
        }
        finally
        {
            _ = close(socket);
        }
    }

    private static int Check(int result, string call) => result >= 0
        ? result
        : throw new Win32Exception(Marshal.GetLastPInvokeError(), $"{call}: {Marshal.GetLastPInvokeErrorMessage()}");

    [LibraryImport("libc", SetLastError = true)]
    private static partial int unshare(int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setns(int handle, int type);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int close(int handle);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int socket(int domain, int type, int protocol);

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial int ioctl(int handle, nuint request, byte* argument);

    /// <summary>
    /// The one thread that ever leaves the lab's own network, for the length of one call. It starts no threads and runs
    /// no continuations, which would be born in the wrong place.
    /// </summary>
    private sealed class NamespaceThread
    {
        private readonly BlockingCollection<Action<int>> _work = [];

        public NamespaceThread()
        {
            var thread = new System.Threading.Thread(Loop) { IsBackground = true, Name = "network namespaces" };
            thread.Start();
        }

        public T Run<T>(Func<int, T> work)
        {
            using var done = new ManualResetEventSlim();
            T? value = default;
            Exception? error = null;
            _work.Add(home =>
            {
                try
                {
                    value = work(home);
                }
                catch (Win32Exception e)
                {
                    error = e;
                }

                done.Set();
            });
            done.Wait();
            return error is null ? value! : throw error;
        }

        private void Loop()
        {
            var home = Check(open("/proc/thread-self/ns/net", OpenReadOnlyCloseOnExec), "open");
            foreach (var work in _work.GetConsumingEnumerable()) work(home);
        }
    }
}
