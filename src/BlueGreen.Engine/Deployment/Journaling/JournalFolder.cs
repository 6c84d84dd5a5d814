using System.Globalization;

namespace BlueGreen.Engine.Deployment.Journaling;

/// <summary>Where journals lie.</summary>
public static class JournalFolder
{
    /// <summary>The environment variable that names the folder where nobody else does, or <c>off</c> for no journal.</summary>
    public const string Variable = "BLUEGREEN_JOURNAL";

    /// <summary>The environment variable that says how many journals to keep where nobody else does.</summary>
    public const string KeepVariable = "BLUEGREEN_JOURNAL_KEEP";

    /// <summary>How many journals of a folder are kept where nobody says.</summary>
    public const int DefaultKeep = 500;

    internal const string Extension = ".jsonl";

    /// <summary>The folder to use.</summary>
    /// <param name="given">What the user gave: a path, empty or <c>off</c> for no journal; null for what the environment says, or the default.</param>
    /// <returns>Null for no journal.</returns>
    public static string? Find(string? given)
    {
        var path = given ?? (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } variable ? variable : Default);
        return path is null or "" || string.Equals(path, "off", StringComparison.OrdinalIgnoreCase) ? null : path;
    }

    /// <summary>How many of the newest journals to keep in the folder; 0 for all.</summary>
    /// <param name="given">What the user gave; null for what the environment says, or the default.</param>
    /// <exception cref="BlueGreenException"><c>InvalidJournalKeep</c>.</exception>
    public static int FindKeep(int? given)
    {
        if (given is >= 0) return given.Value;
        var variable = given is null ? Environment.GetEnvironmentVariable(KeepVariable) : $"{given}";
        if (variable is null or "") return DefaultKeep;
        return int.TryParse(variable, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw new BlueGreenException(
            ErrorKind.InvalidArgument, "InvalidJournalKeep", $"'{variable}' is no number of journals to keep.",
            $"Give a whole number from 0 up, 0 for all, in -JournalKeep or {KeepVariable}.", variable);
    }

    /// <summary>The user's own; null for a user without a home.</summary>
    private static string? Default =>
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify) is { Length: > 0 } local
            ? Path.Combine(local, "BlueGreen", "journal")
            : null;
}
