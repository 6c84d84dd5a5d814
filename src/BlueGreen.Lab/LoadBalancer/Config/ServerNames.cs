using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using BlueGreen.Lab.LoadBalancer.Services;

namespace BlueGreen.Lab.LoadBalancer.Config;

/// <summary>Names, ids and cookies of servers, computed as marathon-lb does so that they stay the same over reloads.</summary>
internal static partial class ServerNames
{
    private const int IdRange = 32767;

    /// <summary>Every character outside <c>[a-zA-Z0-9-]</c> becomes <c>_</c>.</summary>
    public static string Clean(string text) => Unsafe().Replace(text, "_");

    /// <summary>Host, the address when it differs from the host, and port.</summary>
    public static string NameOf(Backend backend) => Clean(backend.Host == backend.Ip
        ? $"{backend.Ip}_{backend.Port}"
        : $"{backend.Host}_{backend.Ip}_{backend.Port}");

    /// <summary>The value of the stickiness cookie.</summary>
    public static string CookieOf(string serverName) => Hex(SHA1.HashData(Encoding.UTF8.GetBytes(serverName)))[..10];

    /// <summary>
    /// An id from 1 to 32767 that follows from the name, unless another server of the backend took it: then the name is
    /// lengthened by its own hash until a free id comes out. <paramref name="taken"/> gets the id.
    /// </summary>
    public static int IdOf(string serverName, ISet<int> taken)
    {
        ArgumentException.ThrowIfNullOrEmpty(serverName);
        for (var name = serverName; ;)
        {
            var hash = SHA256.HashData(Encoding.UTF8.GetBytes(name));
            var id = (int)(new BigInteger(hash, isUnsigned: true, isBigEndian: true) % IdRange);
            if (id > 0 && taken.Add(id))
                return id;
            name = $"{name} {Hex(hash)}";
        }
    }

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);

    [GeneratedRegex("[^a-zA-Z0-9-]")]
    private static partial Regex Unsafe();
}
