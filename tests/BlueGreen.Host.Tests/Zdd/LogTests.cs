using System.Net.Sockets;
using System.Text;
using BlueGreen.Engine;
using BlueGreen.Zdd.CommandLine;
using BlueGreen.Zdd.Logging;
using BlueGreen.Zdd.Running;

namespace BlueGreen.Host.Tests.Zdd;

public sealed class LogTests
{
    private static readonly LogRecord Record = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, 67, TimeSpan.Zero), LogLevel.Warning, "half of 10");

    [Theory]
    [InlineData("%(message)s", "half of 10")]
    [InlineData("[%(levelname)-9s] %(name)s: %(message).4s", "[WARNING  ] zdd: half")]
    [InlineData("%(levelno)03d %(levelname)10s 100%%", "030    WARNING 100%")]
    [InlineData("%(msecs)d%(module)s", "67")]
    public void A_format_of_Pythons_logging_is_followed(string format, string line) => Assert.Equal(line, new LogFormat(format).Write(Record));

    [Fact]
    public void The_time_is_local_with_a_comma_before_the_milliseconds()
    {
        Assert.Equal(
            Record.At.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss,067", System.Globalization.CultureInfo.InvariantCulture) + " zdd: half of 10",
            new LogFormat("%(asctime)-15s %(name)s: %(message)s").Write(Record));
    }

    [Theory]
    [InlineData("%(nothing)s")]
    [InlineData("%(message)d")]
    [InlineData("100%")]
    public void A_format_that_makes_no_sense_is_a_bad_argument(string format)
    {
        var error = Assert.Throws<ZddException>(() => Open(TextWriter.Null, "--log-format", format));
        Assert.Equal(ExitCode.InvalidArgument, error.ExitCode);
    }

    [Fact]
    public void Lines_below_the_level_are_left_out()
    {
        var lines = new StringWriter();
        using var log = Open(lines, "--log-level", "warning", "--log-format", "%(levelname)s %(message)s");
        foreach (var level in Enum.GetValues<MessageLevel>()) log.Publish(new EngineMessage(DateTimeOffset.UtcNow, level, $"{level}"));
        log.Error("broken");

        Assert.Equal($"WARNING Warning{Environment.NewLine}ERROR broken{Environment.NewLine}", lines.ToString());
    }

    [Fact]
    public async Task Syslog_gets_each_line_with_its_priority()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no datagram sockets with a path.");
        var folder = Directory.CreateTempSubdirectory("syslog");
        try
        {
            var path = Path.Combine(folder.FullName, "log");
            using var daemon = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            daemon.Bind(new UnixDomainSocketEndPoint(path));
            using (var log = Open(TextWriter.Null, "--syslog-socket", path, "--log-format", "%(message)s"))
            {
                log.Info("on its way");
                log.Error("broken");
            }

            Assert.Equal("<14>on its way\0", await Receive(daemon));
            Assert.Equal("<11>broken\0", await Receive(daemon));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void A_socket_where_nobody_listens_is_told_and_nothing_more()
    {
        var lines = new StringWriter();
        using var log = Open(lines, "--syslog-socket", "/nowhere/log");
        log.Info("on its way");

        Assert.Contains("/nowhere/log", lines.ToString(), StringComparison.Ordinal);
        Assert.Contains("on its way", lines.ToString(), StringComparison.Ordinal);
    }

    private static Log Open(TextWriter writer, params string[] options) => Log.Open(ZddOptions.Parse(["-m", "x", "-l", "y", "-j", "z", .. options]), writer);

    private static async Task<string> Receive(Socket socket)
    {
        var buffer = new byte[256];
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(10));
        return Encoding.UTF8.GetString(buffer, 0, await socket.ReceiveAsync(buffer, limit.Token));
    }
}
