using System.Globalization;
using System.Net;
using System.Text;

namespace BlueGreen.Lab.Tasks;

/// <summary>Reads the kernel's tables of TCP sockets, <c>/proc/net/tcp</c> and <c>/proc/net/tcp6</c>.</summary>
internal static class SocketTable
{
    private const string Listening = "0A";

    /// <summary>The IPv4 address at which a listener of the port is reached; null when none listens there.</summary>
    /// <param name="table">Lines of number, local and remote address, state and more; all in hexadecimal.</param>
    public static IPAddress? FindListener(ReadOnlySpan<byte> table, int port)
    {
        foreach (var line in Encoding.ASCII.GetString(table).Split('\n').Skip(1))
        {
            var columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (columns.Length < 4 || columns[3] != Listening) continue;
            var (address, number) = (columns[1][..^5], columns[1][^4..]);
            if (int.Parse(number, NumberStyles.HexNumber, CultureInfo.InvariantCulture) == port && Reach(address) is { } reached) return reached;
        }

        return null;
    }

    private static IPAddress? Reach(string hexadecimal)
    {
        // A listener of all addresses, also of IPv6, takes IPv4 connections to loopback.
        if (hexadecimal.All(c => c == '0')) return IPAddress.Loopback;
        // Words are in the byte order of the machine, which is little-endian wherever .NET runs on Linux.
        return hexadecimal.Length == 8 ? new IPAddress(BitConverter.GetBytes(uint.Parse(hexadecimal, NumberStyles.HexNumber, CultureInfo.InvariantCulture))) : null;
    }
}
