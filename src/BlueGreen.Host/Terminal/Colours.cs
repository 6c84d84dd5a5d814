namespace BlueGreen.Host.Terminal;

/// <summary>Whether and how colours are shown.</summary>
internal static class Colours
{
    /// <summary>No colours on a terminal that has none, nor where the user asks for none (no-color.org).</summary>
    public static bool Wanted { get; } =
        string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
        && Environment.GetEnvironmentVariable("TERM") is not ("dumb" or "xterm-mono" or "xtermm");

    /// <summary>The text between escape sequences; a colour outside the enumeration means the terminal's own.</summary>
    public static string Paint(ConsoleColor foreground, ConsoleColor background, string text)
    {
        var style = PSStyle.Instance;
        var begin = (Enum.IsDefined(foreground) ? PSStyle.MapForegroundColorToEscapeSequence(foreground) : "")
            + (Enum.IsDefined(background) ? PSStyle.MapBackgroundColorToEscapeSequence(background) : "");
        return begin.Length == 0 ? text : begin + text + style.Reset;
    }
}
