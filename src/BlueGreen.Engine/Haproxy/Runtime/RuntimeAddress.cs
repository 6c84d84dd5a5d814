using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace BlueGreen.Engine.Haproxy.Runtime;

/// <summary>Where one of HAProxy's command lines is: <c>unix:/path</c> or <c>host:port</c>.</summary>
internal sealed record RuntimeAddress
{
    private const string UnixScheme = "unix:";

    private readonly Func<EndPoint> _endPoint;

    private RuntimeAddress(string text, string? host, Func<EndPoint> endPoint) => (Text, Host, _endPoint) = (text, host, endPoint);

    /// <summary>As it was given.</summary>
    public string Text { get; }

    /// <summary>The host of a TCP address; null for a Unix socket.</summary>
    public string? Host { get; }

    /// <exception cref="BlueGreenException"><c>InvalidSocketAddress</c>.</exception>
    public static RuntimeAddress Parse(string text)
    {
        if (text.StartsWith(UnixScheme, StringComparison.OrdinalIgnoreCase))
        {
            var path = text.Substring(UnixScheme.Length);
            return path.StartsWith("/", StringComparison.Ordinal) ? new RuntimeAddress(text, null, () => Unix(path)) : throw Invalid(text);
        }

        var colon = text.LastIndexOf(':');
        if (colon <= 0 || !int.TryParse(text.Substring(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port is < 1 or > 65535) throw Invalid(text);
        var host = text.Substring(0, colon).Trim('[', ']');
        if (Uri.CheckHostName(host) == UriHostNameType.Unknown) throw Invalid(text);
        return new RuntimeAddress(text, host, () => IPAddress.TryParse(host, out var ip) ? new IPEndPoint(ip, port) : new DnsEndPoint(host, port));
    }

    /// <summary>A socket that is not connected yet, and where it is to be connected to.</summary>
    public (Socket Socket, EndPoint EndPoint) Open() => (_endPoint(), Host) switch
    {
        (var unix, null) => (new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified), unix),
        (var tcp, _) => (new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true }, tcp),
    };

    public bool Equals(RuntimeAddress? other) => other is not null && Text == other.Text;

    public override int GetHashCode() => Text.GetHashCode();

    public override string ToString() => Text;

    /// <summary>The standard that this is compiled for has no such type; .NET has, .NET Framework has not.</summary>
    private static EndPoint Unix(string path) =>
        Type.GetType("System.Net.Sockets.UnixDomainSocketEndPoint, System.Net.Sockets") is { } type
            ? (EndPoint)Activator.CreateInstance(type, path)
            : throw new PlatformNotSupportedException("Windows PowerShell knows no Unix sockets");

    private static BlueGreenException Invalid(string text) => new(
        ErrorKind.InvalidArgument, "InvalidSocketAddress", $"'{text}' is no address of a HAProxy socket.",
        "Give unix:/path/of/the/socket or host:port.", text);
}
