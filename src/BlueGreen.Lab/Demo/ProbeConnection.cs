using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace BlueGreen.Lab.Demo;

/// <summary>An answer as it came.</summary>
internal sealed record ProbeAnswer(int Status, string? Version, string Body);

/// <summary>No (whole) answer came.</summary>
/// <param name="reason">For the loss report: <c>refused</c>, <c>reset</c>, <c>closed</c>, <c>closed after reuse</c>, <c>incomplete</c>, <c>bad answer</c>.</param>
/// <param name="unread">
/// The connection had been used before, and the peer had closed it when the request arrived: the kernel answered with a
/// reset, and nobody ever read the request. That is legal HTTP (RFC 9112, 9.3.1), and the request may be sent again.
/// </param>
internal sealed class ProbeException(string reason, bool unread = false) : Exception(reason)
{
    public bool Unread { get; } = unread;
}

/// <summary>
/// One HTTP/1.1 connection for GET requests. Not HttpClient: its handler sends a request again by itself when a
/// connection ends before the first byte of the answer, also when the server had read the request and died of it. That
/// would hide the very losses to be counted.
/// </summary>
internal sealed class ProbeConnection : IDisposable
{
    private static readonly TimeSpan ResetLatency = TimeSpan.FromMilliseconds(20);

    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly string _authority;
    private byte[] _buffer = new byte[8192];
    private int _filled;
    private int _uses;

    private ProbeConnection(Uri url) => _authority = url.Authority;

    /// <summary>Whether another request may be sent after the last answer.</summary>
    public bool IsReusable { get; private set; }

    /// <summary>The peer closed the idle connection, as it may at any time.</summary>
    public bool IsClosedByPeer => _socket.Poll(0, SelectMode.SelectRead);

    /// <exception cref="ProbeException">The connection is refused.</exception>
    public static async Task<ProbeConnection> OpenAsync(Uri url, CancellationToken cancellation)
    {
        var connection = new ProbeConnection(url);
        try
        {
            await connection._socket.ConnectAsync(url.Host, url.Port, cancellation);
            return connection;
        }
        catch (SocketException e)
        {
            connection.Dispose();
            throw new ProbeException(e.SocketErrorCode == SocketError.ConnectionRefused ? "refused" : $"connect {e.SocketErrorCode}");
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <exception cref="ProbeException">No whole answer came.</exception>
    public async Task<ProbeAnswer> GetAsync(string target, bool keepAlive, CancellationToken cancellation)
    {
        IsReusable = false;
        var reused = _uses++ > 0;
        var request = $"GET {target} HTTP/1.1\r\nHost: {_authority}\r\nConnection: {(keepAlive ? "keep-alive" : "close")}\r\n\r\n";
        _filled = 0;
        try
        {
            await _socket.SendAsync(Encoding.ASCII.GetBytes(request), cancellation);
            var end = await ReadHeadAsync(reused, cancellation);
            return await ReadAnswerAsync(end, keepAlive, cancellation);
        }
        catch (SocketException)
        {
            throw new ProbeException(_filled == 0 ? "reset" : "incomplete", unread: reused && _filled == 0);
        }
    }

    public void Dispose() => _socket.Dispose();

    /// <summary>Reads up to the blank line; gives where the body begins.</summary>
    private async Task<int> ReadHeadAsync(bool reused, CancellationToken cancellation)
    {
        while (true)
        {
            var end = _buffer.AsSpan(0, _filled).IndexOf("\r\n\r\n"u8);
            if (end >= 0)
                return end + 4;
            if (await FillAsync(cancellation))
                continue;
            if (_filled > 0)
                throw new ProbeException("incomplete");

            // Closed without a byte. If the peer closed before the request arrived, its kernel sends a reset for it.
            await Task.Delay(ResetLatency, cancellation);
            throw new ProbeException(reused ? "closed after reuse" : "closed", unread: reused && WasReset());
        }
    }

    private bool WasReset() => _socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error) is int and not 0;

    private async Task<ProbeAnswer> ReadAnswerAsync(int head, bool keepAlive, CancellationToken cancellation)
    {
        var lines = Encoding.Latin1.GetString(_buffer, 0, head).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var status = lines[0].Split(' ') is [var protocol, var code, ..] && protocol.StartsWith("HTTP/1.", StringComparison.Ordinal)
            && int.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new ProbeException("bad answer");
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var line in lines.Skip(1))
        {
            if (line.Split(':', 2) is [var name, var value])
                headers[name] = value.Trim();
        }

        var chunked = headers.GetValueOrDefault("Transfer-Encoding")?.Contains("chunked", StringComparison.OrdinalIgnoreCase) == true;
        var length = headers.GetValueOrDefault("Content-Length");
        var body = chunked ? await ReadChunksAsync(head, cancellation)
            : length is not null ? await ReadBodyAsync(head, Length(length, NumberStyles.None), cancellation)
            : await ReadToEndAsync(head, cancellation);
        IsReusable = keepAlive && (chunked || length is not null) && lines[0].StartsWith("HTTP/1.1", StringComparison.Ordinal)
            && headers.GetValueOrDefault("Connection")?.Contains("close", StringComparison.OrdinalIgnoreCase) != true;
        return new ProbeAnswer(status, headers.GetValueOrDefault("X-Version"), body);
    }

    private async Task<string> ReadBodyAsync(int from, int length, CancellationToken cancellation)
    {
        await NeedAsync(from + length, cancellation);
        return Encoding.UTF8.GetString(_buffer, from, length);
    }

    private async Task<string> ReadToEndAsync(int from, CancellationToken cancellation)
    {
        while (await FillAsync(cancellation))
        {
            // Until the peer closes.
        }

        return Encoding.UTF8.GetString(_buffer, from, _filled - from);
    }

    private async Task<string> ReadChunksAsync(int from, CancellationToken cancellation)
    {
        var body = new StringBuilder();
        while (true)
        {
            int end;
            while ((end = _buffer.AsSpan(from, _filled - from).IndexOf("\r\n"u8)) < 0)
                await NeedAsync(_filled + 1, cancellation);
            var size = Length(Encoding.ASCII.GetString(_buffer, from, end).Split(';')[0], NumberStyles.AllowHexSpecifier);
            from += end + 2;
            body.Append(await ReadBodyAsync(from, size, cancellation));
            await NeedAsync(from + size + 2, cancellation);
            from += size + 2;
            if (size == 0)
                return body.ToString();
        }
    }

    private static int Length(string text, NumberStyles style) =>
        int.TryParse(text, style, CultureInfo.InvariantCulture, out var length) && length is >= 0 and < 64 * 1024 * 1024
            ? length
            : throw new ProbeException("bad answer");

    private async Task NeedAsync(int bytes, CancellationToken cancellation)
    {
        while (_filled < bytes)
        {
            if (!await FillAsync(cancellation))
                throw new ProbeException("incomplete");
        }
    }

    /// <summary>Reads what there is; false when the peer has closed.</summary>
    private async Task<bool> FillAsync(CancellationToken cancellation)
    {
        if (_filled == _buffer.Length)
            Array.Resize(ref _buffer, _buffer.Length * 2);
        var read = await _socket.ReceiveAsync(_buffer.AsMemory(_filled), cancellation);
        _filled += read;
        return read > 0;
    }
}
