using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace BlueGreen.Zdd.Logging;

/// <summary>One line of the log, before it is written.</summary>
internal sealed record LogRecord(DateTimeOffset At, LogLevel Level, string Message);

/// <summary>
/// A format of Python's logging, such as <c>%(asctime)-15s %(name)s: %(message)s</c>. Source: the documentation of Python's
/// <c>logging</c> ("LogRecord attributes") and of printf-style formatting. What tells of Python's own code is empty or 0.
/// </summary>
internal sealed partial class LogFormat
{
    private const string LoggerName = "zdd";

    private readonly string _format;

    /// <exception cref="FormatException">The format names something that there is not.</exception>
    public LogFormat(string format)
    {
        _format = format;
        _ = Write(new LogRecord(DateTimeOffset.UnixEpoch, LogLevel.Info, ""));
    }

    public string Write(LogRecord record)
    {
        var text = new StringBuilder();
        var last = 0;
        foreach (Match match in Conversion().Matches(_format))
        {
            text.Append(Literal(_format[last..match.Index])).Append(Convert(match, record));
            last = match.Index + match.Length;
        }

        return text.Append(Literal(_format[last..])).ToString();
    }

    private static string Literal(string text) =>
        text.Contains('%') ? throw new FormatException($"'{text}' has a % that begins no field; write %% for the sign itself.") : text;

    private static string Convert(Match match, LogRecord record)
    {
        if (match.Value == "%%") return "%";
        var (flags, precision) = (match.Groups["flags"].Value, match.Groups["precision"].Value);
        var value = Value(match.Groups["key"].Value, record);
        var text = match.Groups["type"].Value switch
        {
            "s" => Cut(Text(value), precision),
            "d" or "i" => System.Convert.ToInt64(Number(value, match.Value), CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture),
            _ => Number(value, match.Value).ToString($"F{(precision.Length > 0 ? precision : "6")}", CultureInfo.InvariantCulture),
        };
        var width = int.TryParse(match.Groups["width"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var wanted) ? wanted : 0;
        if (flags.Contains('-')) return text.PadRight(width);
        return flags.Contains('0') && value is not string ? text.PadLeft(width, '0') : text.PadLeft(width);
    }

    private static object Value(string key, LogRecord record) => key switch
    {
        "asctime" => record.At.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss,fff", CultureInfo.InvariantCulture),
        "message" => record.Message,
        "name" => LoggerName,
        "levelname" => record.Level.Name(),
        "levelno" => (double)record.Level,
        "created" => record.At.ToUnixTimeMilliseconds() / 1000.0,
        "msecs" => (double)record.At.Millisecond,
        "relativeCreated" => (record.At - System.Diagnostics.Process.GetCurrentProcess().StartTime).TotalMilliseconds,
        "process" => (double)Environment.ProcessId,
        "processName" => "MainProcess",
        "thread" => (double)Environment.CurrentManagedThreadId,
        "threadName" => "MainThread",
        "lineno" => 0.0,
        "filename" or "funcName" or "module" or "pathname" => "",
        _ => throw new FormatException($"there is no field '{key}' in a line of the log."),
    };

    private static string Text(object value) => value as string ?? ((double)value).ToString(CultureInfo.InvariantCulture);

    private static double Number(object value, string field) =>
        value is double number ? number : throw new FormatException($"'{field}' is for a number, and the field is a text.");

    private static string Cut(string text, string precision) =>
        int.TryParse(precision, NumberStyles.None, CultureInfo.InvariantCulture, out var length) && length < text.Length ? text[..length] : text;

    [GeneratedRegex(@"%%|%\((?<key>\w+)\)(?<flags>[-+ #0]*)(?<width>\d{1,4})?(?:\.(?<precision>\d{1,2}))?(?<type>[sdif])", RegexOptions.CultureInvariant)]
    private static partial Regex Conversion();
}
