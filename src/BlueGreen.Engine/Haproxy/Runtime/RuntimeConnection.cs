using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace BlueGreen.Engine.Haproxy.Runtime;

/// <summary>
/// One connection with a command line of HAProxy's, in its interactive mode: it stays with the process that took it, through reloads too.
/// Source: HAProxy's management guide, "Unix Socket commands" (<c>prompt</c>). Not for several callers at once.
/// </summary>
internal sealed class RuntimeConnection : IDisposable
{
    private static readonly TimeSpan RegexPatience = TimeSpan.FromSeconds(1);

    /// <summary>"> " of a worker, "master> " of a master, with what a failed reload puts in between.</summary>
    private static readonly Regex Prompt = new(@"(?:^|\n)[^\n>]{0,64}> $", RegexOptions.CultureInvariant, RegexPatience);

    /// <summary>More than any command that is asked here answers.</summary>
    private const int MaxAnswer = 64 * 1024 * 1024;

    private const int TailLength = 80;

    private readonly RuntimeAddress _address;
    private readonly Socket _socket;
    private readonly NetworkStream _stream;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;
    private readonly byte[] _buffer = new byte[16 * 1024];

    private RuntimeConnection(RuntimeAddress address, Socket socket, TimeSpan timeout, TimeProvider time)
    {
        (_address, _socket, _timeout, _time) = (address, socket, timeout, time);
        _stream = new NetworkStream(socket, ownsSocket: true);
    }

    /// <summary>Where it is.</summary>
    public RuntimeAddress Address => _address;

    /// <summary>Connects, and switches the interactive mode on.</summary>
    /// <param name="address">Where.</param>
    /// <param name="timeout">How long connecting may take, and then each answer.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <exception cref="BlueGreenException"><c>HaproxySocketUnreachable</c>, <c>HaproxySocketUnreadable</c>.</exception>
    public static async Task<RuntimeConnection> ConnectAsync(RuntimeAddress address, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        Socket? socket = null;
        try
        {
            (socket, var endPoint) = address.Open();
            var opening = socket;
            await WithinAsync(() => opening.ConnectAsync(endPoint), opening, address, timeout, time, cancellationToken).ConfigureAwait(false);
            var connection = new RuntimeConnection(address, socket, timeout, time);
            await connection.AskAsync("prompt", cancellationToken).ConfigureAwait(false);
            return connection;
        }
        catch (Exception error)
        {
            socket?.Dispose();
            if (error is SocketException or PlatformNotSupportedException or ArgumentException) throw Unreachable(address, error.Message, error);
            throw;
        }
    }

    /// <summary>Sends one command and reads its answer.</summary>
    /// <exception cref="BlueGreenException">
    /// <c>HaproxySocketUnreachable</c>: HAProxy has closed the connection, or is silent. The connection cannot be used any more then.
    /// <c>HaproxySocketUnreadable</c>: what answers is not HAProxy.
    /// </exception>
    public async Task<string> AskAsync(string command, CancellationToken cancellationToken)
    {
        try
        {
            var answer = "";
            await WithinAsync(async () => answer = await ExchangeAsync(command).ConfigureAwait(false), _socket, _address, _timeout, _time, cancellationToken).ConfigureAwait(false);
            return answer;
        }
        catch (Exception error) when (error is IOException or SocketException)
        {
            throw Unreachable(_address, error.Message, error);
        }
    }

    /// <summary>Hangs up.</summary>
    public void Dispose() => _stream.Dispose();

    private async Task<string> ExchangeAsync(string command)
    {
        var line = Encoding.UTF8.GetBytes(command + "\n");
        await _stream.WriteAsync(line, 0, line.Length).ConfigureAwait(false);
        using var answer = new MemoryStream();
        while (true)
        {
            var read = await _stream.ReadAsync(_buffer, 0, _buffer.Length).ConfigureAwait(false);
            if (read == 0) throw Unreachable(_address, "it has closed the connection");
            answer.Write(_buffer, 0, read);
            if (answer.Length > MaxAnswer) throw Unreadable(_address, "its answer does not end");
            if (_buffer[read - 1] != ' ') continue;
            var length = (int)Math.Min(TailLength, answer.Length);
            var tail = Encoding.UTF8.GetString(answer.GetBuffer(), (int)answer.Length - length, length);
            if (Prompt.Match(tail) is not { Success: true } prompt) continue;
            return Encoding.UTF8.GetString(answer.GetBuffer(), 0, (int)answer.Length - Encoding.UTF8.GetByteCount(prompt.Value));
        }
    }

    /// <summary>Sockets know no cancellation here: what takes too long is ended by closing it.</summary>
    private static async Task WithinAsync(
        Func<Task> work, Socket socket, RuntimeAddress address, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        using var patience = time.CreateCancellationTokenSource(timeout);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        using var _ = linked.Token.Register(socket.Dispose);
        try
        {
            await work().ConfigureAwait(false);
        }
        catch (Exception error) when (linked.IsCancellationRequested && error is not OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw Unreachable(address, $"it gave no answer within {timeout.TotalSeconds:0.#} s", error);
        }
    }

    private static BlueGreenException Unreachable(RuntimeAddress address, string why, Exception? cause = null) => new(
        ErrorKind.Unavailable, "HaproxySocketUnreachable", $"HAProxy's socket {address} cannot be used: {why}.",
        "Check that the socket is there and that this user may open it; a 'stats socket' line in HAProxy's configuration makes an admin socket, -S a master socket.",
        address.Text, cause);

    /// <summary>What answers is something else.</summary>
    public static BlueGreenException Unreadable(RuntimeAddress address, string why) => new(
        ErrorKind.ProtocolError, "HaproxySocketUnreadable", $"What answers at {address} is not the command line that it should be: {why}.",
        "-HaproxySocket wants the socket of a 'stats socket' line in HAProxy's configuration, -HaproxyMasterSocket that of haproxy -S.", address.Text);
}
