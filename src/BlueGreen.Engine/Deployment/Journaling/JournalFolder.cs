namespace BlueGreen.Engine.Deployment.Journaling;

/// <summary>Where journals lie.</summary>
public static class JournalFolder
{
    /// <summary>The environment variable that names the folder where nobody else does, or <c>off</c> for no journal.</summary>
    public const string Variable = "BLUEGREEN_JOURNAL";

    internal const string Extension = ".jsonl";

    /// <summary>The folder to use.</summary>
    /// <param name="given">What the user gave: a path, empty or <c>off</c> for no journal; null for what the environment says, or the default.</param>
    /// <returns>Null for no journal.</returns>
    public static string? Find(string? given)
    {
        var path = given ?? (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } variable ? variable : Default);
        return path is null or "" || string.Equals(path, "off", StringComparison.OrdinalIgnoreCase) ? null : path;
    }

    /// <summary>The user's own; null for a user without a home.</summary>
    private static string? Default =>
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify) is { Length: > 0 } local
            ? Path.Combine(local, "BlueGreen", "journal")
            : null;
}
