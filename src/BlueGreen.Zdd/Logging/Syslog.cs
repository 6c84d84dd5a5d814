using System.Net.Sockets;
using System.Text;

namespace BlueGreen.Zdd.Logging;

/// <summary>
/// A syslog daemon behind a Unix socket, as Python's <c>SysLogHandler</c> speaks to it: datagrams of a priority and the line, ended with a
/// zero. Source: RFC 3164, section 4.1.1, for the priority.
/// </summary>
internal sealed class Syslog : IDisposable
{
    private const int UserFacility = 1;

    private readonly Socket _socket;

    private Syslog(Socket socket) => _socket = socket;

    /// <exception cref="SocketException">Nobody listens there.</exception>
    public static Syslog Open(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { Blocking = false };
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return new Syslog(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public void Write(LogLevel level, string line)
    {
        try
        {
            _socket.Send(Encoding.UTF8.GetBytes($"<{(UserFacility * 8) + Severity(level)}>{line}\0"));
        }
        catch (SocketException)
        {
            // A daemon that is full or gone must not stop a deployment; the line stands on standard error too.
        }
    }

    public void Dispose() => _socket.Dispose();

    private static int Severity(LogLevel level) => level switch
    {
        LogLevel.Critical => 2,
        LogLevel.Error => 3,
        LogLevel.Warning => 4,
        LogLevel.Info => 6,
        _ => 7,
    };
}
