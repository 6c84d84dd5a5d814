using System.Net;
using System.Net.Sockets;

namespace BlueGreen.Lab.Hosting;

/// <summary>
/// Consecutive loopback addresses that this lab has for its load balancers, kept from other labs by a UDP socket on the
/// same port: it hinders no TCP listener, and two labs cannot both have it.
/// </summary>
internal sealed class LoopbackBlock : IDisposable
{
    private readonly List<Socket> _claims;

    private LoopbackBlock(IReadOnlyList<IPAddress> addresses, List<Socket> claims)
    {
        Addresses = addresses;
        _claims = claims;
    }

    public IReadOnlyList<IPAddress> Addresses { get; }

    /// <param name="first">Null: the first free block of 127.0.1.1, 127.0.2.1 and so on.</param>
    /// <exception cref="LabException">The addresses, or all of them, are taken.</exception>
    public static LoopbackBlock Claim(IPAddress? first, int count, int port)
    {
        if (count == 0) return new LoopbackBlock([], []);
        if (first is not null)
        {
            return TryClaim(Count(first, count), port, out var taken)
                ?? throw new LabException($"A load balancer cannot have {taken}:{port}: the address is in use. Choose others by --lb-address or --lb-port.");
        }

        for (byte block = 1; block < 255; block++)
        {
            if (TryClaim(Count(new IPAddress([127, 0, block, 1]), count), port, out _) is { } claimed) return claimed;
        }

        throw new LabException($"No loopback address is free for the load balancers on port {port}. Choose another port by --lb-port.");
    }

    public void Dispose() => _claims.ForEach(claim => claim.Dispose());

    private static LoopbackBlock? TryClaim(IReadOnlyList<IPAddress> addresses, int port, out IPAddress? taken)
    {
        var claims = new List<Socket>();
        foreach (var address in addresses)
        {
            try
            {
                var claim = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ExclusiveAddressUse = true };
                claims.Add(claim);
                claim.Bind(new IPEndPoint(address, port));
                using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                probe.Bind(new IPEndPoint(address, port));
                probe.Listen();
            }
            catch (SocketException)
            {
                claims.ForEach(claim => claim.Dispose());
                taken = address;
                return null;
            }
        }

        taken = null;
        return new LoopbackBlock(addresses, claims);
    }

    private static List<IPAddress> Count(IPAddress first, int count)
    {
        var start = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(first.GetAddressBytes());
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            var bytes = new byte[4];
            System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(bytes, start + (uint)i);
            return new IPAddress(bytes);
        })];
    }
}
