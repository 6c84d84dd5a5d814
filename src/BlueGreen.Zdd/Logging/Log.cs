using System.Net.Sockets;
using BlueGreen.Engine;
using BlueGreen.Zdd.CommandLine;
using BlueGreen.Zdd.Running;

namespace BlueGreen.Zdd.Logging;

/// <summary>The log: lines on standard error and, where there is one, to syslog.</summary>
internal sealed class Log : IEngineSink, IDisposable
{
    private readonly LogFormat _format;
    private readonly LogLevel _lowest;
    private readonly TextWriter _writer;
    private readonly Lock _gate = new();
    private Syslog? _syslog;

    private Log(LogFormat format, LogLevel lowest, TextWriter writer) => (_format, _lowest, _writer) = (format, lowest, writer);

    /// <exception cref="ZddException">An option of the log makes no sense.</exception>
    public static Log Open(ZddOptions options, TextWriter writer)
    {
        var level = LogLevels.Find(options.LogLevel) ?? throw new ZddException(
            ExitCode.InvalidArgument, $"There is no log level '{options.LogLevel}'.", "Give CRITICAL, ERROR, WARNING, INFO, DEBUG or NOTSET.");
        Log log;
        try
        {
            log = new Log(new LogFormat(options.LogFormat), level, writer);
        }
        catch (FormatException error)
        {
            throw new ZddException(
                ExitCode.InvalidArgument, $"--log-format '{options.LogFormat}' cannot be followed: {error.Message}",
                "Give fields of Python's logging, such as %(message)s.");
        }

        log.OpenSyslog(options.SyslogSocket);
        return log;
    }

    public void Info(string text) => Write(LogLevel.Info, text);

    public void Error(string text) => Write(LogLevel.Error, text);

    /// <inheritdoc/>
    public void Publish(EngineEvent engineEvent)
    {
        if (engineEvent is not EngineMessage message) return;
        Write(
            message.Level switch
            {
                // One for each look at each load balancer, several a second: more than zdd.py's DEBUG ever said.
                MessageLevel.Debug => LogLevel.NotSet,
                MessageLevel.Warning => LogLevel.Warning,
                _ => LogLevel.Info,
            },
            message.Text);
    }

    public void Dispose() => _syslog?.Dispose();

    private void OpenSyslog(string? given)
    {
        var path = given ?? ZddOptions.DefaultSyslogSocket;
        if (path == "/dev/null" || (given is null && !File.Exists(path))) return;
        try
        {
            _syslog = Syslog.Open(path);
        }
        catch (Exception error) when (error is SocketException or ArgumentException or PlatformNotSupportedException)
        {
            Write(LogLevel.Warning, $"Nothing is written to syslog: the socket {path} cannot be opened ({error.Message}).");
        }
    }

    private void Write(LogLevel level, string text)
    {
        if (level < _lowest) return;
        var line = _format.Write(new LogRecord(DateTimeOffset.Now, level, text));
        lock (_gate)
        {
            _writer.WriteLine(line);
            _writer.Flush();
            _syslog?.Write(level, line);
        }
    }
}
