namespace BlueGreen.Zdd.Logging;

/// <summary>Python's levels, with its numbers.</summary>
internal enum LogLevel
{
    /// <summary>Everything, each HTTP request among it.</summary>
    NotSet = 0,
    Debug = 10,
    Info = 20,
    Warning = 30,
    Error = 40,
    Critical = 50,
}

internal static class LogLevels
{
    /// <summary>As Python writes them.</summary>
    public static string Name(this LogLevel level) => level.ToString().ToUpperInvariant();

    /// <summary>The level of this name; null when there is none.</summary>
    public static LogLevel? Find(string name) =>
        Enum.GetValues<LogLevel>().Where(level => level.Name() == name).Select(level => (LogLevel?)level).FirstOrDefault();
}
