using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using BlueGreen.Lab.Demo;

namespace BlueGreen.Lab.Tests.Demo;

public class LoadTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Served_requests_are_counted_by_version_at_the_wanted_rate()
    {
        await using var one = await DemoServer.StartAsync(new ServeOptions { Version = "1", Port = 0 }, TimeProvider.System, Cancellation);
        await using var two = await DemoServer.StartAsync(new ServeOptions { Version = "2", Port = 0 }, TimeProvider.System, Cancellation);

        var final = await RunAsync(new LoadOptions
        {
            Urls = [one.Uri, two.Uri], Rate = 100, SlowRate = 10, SlowMilliseconds = 300, Duration = TimeSpan.FromSeconds(1.2),
        });

        Assert.Equal(0, (int)final["lost"]!);
        Assert.InRange((int)final["requests"]!, 100, 140);
        Assert.InRange((int)final["slow"]!, 10, 14);
        Assert.Equal((int)final["requests"]!, (int)final["served"]!["1"]! + (int)final["served"]!["2"]!);
        Assert.InRange((int)final["served"]!["1"]! - (int)final["served"]!["2"]!, -2, 2);
    }

    public static TheoryData<string, string> Losses => new()
    {
        { "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 3\r\n\r\nno\n", "status 503" },
        { "HTTP/1.0 502 Bad Gateway\r\n\r\nno", "status 502" },
        { "HTTP/1.1 200 OK\r\nX-Version: 2\r\nContent-Length: 10\r\n\r\nversion 1\n", "wrong body" },
        { "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nvers", "incomplete" },
        { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nver", "incomplete" },
        { "HTTP/1.1 200", "incomplete" },
        { "nonsense\r\n\r\n", "bad answer" },
        { "", "closed" },
    };

    [Theory]
    [MemberData(nameof(Losses))]
    public async Task A_bad_answer_is_lost_with_its_reason(string answer, string reason)
    {
        await using var server = new RawServer((_, _) => answer, answersPerConnection: 1);

        Assert.Equal(reason, Assert.Single(await LossesAsync(server.Uri)));
    }

    [Fact]
    public async Task A_refused_connection_is_lost()
    {
        Uri uri;
        await using (var server = new RawServer((_, _) => "", 1))
            uri = server.Uri;

        Assert.Equal("refused", Assert.Single(await LossesAsync(uri)));
    }

    [Fact]
    public async Task An_answer_that_does_not_come_is_lost_as_timeout()
    {
        await using var server = new RawServer((_, _) => null, 1);

        Assert.Equal("timeout", Assert.Single(await LossesAsync(server.Uri)));
    }

    [Fact]
    public async Task Chunked_answers_are_read_and_their_connection_is_kept()
    {
        await using var server = new RawServer(
            (_, _) => "HTTP/1.1 200 OK\r\nX-Version: 1\r\nTransfer-Encoding: chunked\r\n\r\n8\r\nversion \r\n2;x=y\r\n1\n\r\n0\r\n\r\n", answersPerConnection: 100);

        var final = await RunAsync(OneByOne(server.Uri));
        Assert.Equal((0, 1), ((int)final["lost"]!, server.Connections));
    }

    [Fact]
    public async Task A_kept_connection_that_the_server_closes_between_requests_is_no_loss()
    {
        // Says keep-alive, closes all the same: as HAProxy does with idle connections at a reload.
        await using var server = new RawServer((_, _) => "HTTP/1.1 200 OK\r\nX-Version: 1\r\nContent-Length: 10\r\n\r\nversion 1\n", answersPerConnection: 1);

        var final = await RunAsync(OneByOne(server.Uri));
        Assert.Equal(0, (int)final["lost"]!);
        Assert.True((int)final["requests"]! > 5);
    }

    [Fact]
    public async Task A_request_that_was_read_on_a_kept_connection_and_not_answered_is_lost()
    {
        // The first request of a connection is answered; the second is read, then the connection ends.
        await using var server = new RawServer(
            (_, request) => request == 0 ? "HTTP/1.1 200 OK\r\nX-Version: 1\r\nContent-Length: 10\r\n\r\nversion 1\n" : "", answersPerConnection: 2);

        var final = await RunAsync(OneByOne(server.Uri));
        Assert.True((int)final["lost"]! >= 2, final.ToJsonString());
        Assert.Equal(0, (int)final["resent"]!);
        Assert.All(final["losses"]!.AsArray(), loss => Assert.Equal("closed after reuse", (string?)loss!["reason"]));
    }

    [Theory]
    [InlineData("--url", "https://127.0.0.1/")]
    [InlineData("--rate", "many")]
    [InlineData("--duration", "4000")]
    public void A_wrong_option_is_named(params string[] args) =>
        Assert.Contains(args[0], Assert.Throws<CommandLineException>(() => LoadOptions.Parse(args)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_slow_share_is_a_rate_of_its_own()
    {
        var options = LoadOptions.Parse(["--slow-share", "0.1", "--url", "http://127.0.1.1:10000", "--rate", "200", "--url", "http://127.0.1.2:10000"]);
        Assert.Equal((20, 2), (options.SlowRate, options.Urls.Length));
    }

    // Slow enough that each request finds the connection of the one before.
    private static LoadOptions OneByOne(Uri uri) => new() { Urls = [uri], Rate = 15, FreshShare = 0, Duration = TimeSpan.FromSeconds(0.8) };

    private static async Task<JsonObject> RunAsync(LoadOptions options)
    {
        var output = new StringWriter();
        var code = await LoadCommand.RunAsync(options, output, TimeProvider.System, Cancellation);
        var final = JsonNode.Parse(output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1])!.AsObject();
        Assert.True((bool)final["final"]!);
        Assert.Equal((int)final["lost"]! == 0 ? 0 : 1, code);
        return final;
    }

    private static async Task<string[]> LossesAsync(Uri uri)
    {
        var final = await RunAsync(new LoadOptions { Urls = [uri], Rate = 10, Duration = TimeSpan.FromSeconds(0.3), Timeout = TimeSpan.FromSeconds(0.5) });
        Assert.Equal((int)final["requests"]!, (int)final["lost"]!);
        return [.. final["losses"]!.AsArray().Select(loss => (string)loss!["reason"]!).Distinct()];
    }

    /// <summary>Answers what the test says, byte by byte, and closes after so many answers.</summary>
    private sealed class RawServer : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly CancellationTokenSource _stopping = new();
        private readonly Func<int, int, string?> _answer;
        private readonly int _answersPerConnection;
        private readonly Task _accepting;

        /// <param name="answer">Connection and request number to answer; null: none, until the client leaves.</param>
        public RawServer(Func<int, int, string?> answer, int answersPerConnection)
        {
            (_answer, _answersPerConnection) = (answer, answersPerConnection);
            _listener.Start();
            _accepting = AcceptAsync();
        }

        public int Connections { get; private set; }

        public Uri Uri => new($"http://{_listener.LocalEndpoint}/");

        public async ValueTask DisposeAsync()
        {
            await _stopping.CancelAsync();
            await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _listener.Stop();
            _stopping.Dispose();
        }

        private async Task AcceptAsync()
        {
            while (true)
                _ = ServeAsync(await _listener.AcceptTcpClientAsync(_stopping.Token), Connections++);
        }

        private async Task ServeAsync(TcpClient client, int connection)
        {
            using var _ = client;
            var buffer = new byte[4096];
            for (var request = 0; request < _answersPerConnection; request++)
            {
                if (await client.GetStream().ReadAsync(buffer, _stopping.Token) == 0)
                    return;
                if (_answer(connection, request) is not { } text)
                    await Task.Delay(Timeout.Infinite, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                else
                    await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(text), _stopping.Token);
            }
        }
    }
}
