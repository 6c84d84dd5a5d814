namespace BlueGreen.Lab.Hosting;

/// <summary>How this very program is started.</summary>
internal static class OwnCommand
{
    /// <summary>Program and leading arguments: the program itself, or the runtime and the program's assembly.</summary>
    public static IReadOnlyList<string> Parts { get; } = Find();

    /// <summary>The same as a prefix for a shell command.</summary>
    public static string Prefix => string.Join(' ', Parts.Select(Quote));

    private static string[] Find()
    {
        var assembly = typeof(OwnCommand).Assembly;
        var process = Environment.ProcessPath ?? throw new InvalidOperationException("The path of this program is unknown.");
        // Under a test runner or another host the process is not this program, but the runtime can start it all the same.
        return Path.GetFileName(process) == assembly.GetName().Name
            ? [process]
            : [Path.GetFileName(process) == "dotnet" ? process : "dotnet", assembly.Location];
    }

    private static string Quote(string word) =>
        word.All(c => char.IsAsciiLetterOrDigit(c) || "/._-+".Contains(c, StringComparison.Ordinal)) ? word : $"'{word.Replace("'", "'\\''")}'";
}
