namespace BlueGreen.Engine.Session;

/// <summary>A user and a password, written as <c>user:password</c>; as zdd.py takes them.</summary>
/// <param name="UserName">The user.</param>
/// <param name="Password">The password, which may have colons in it.</param>
public sealed record UserCredential(string UserName, Secret Password)
{
    /// <summary>Reads the first line of a file.</summary>
    /// <exception cref="BlueGreenException"><c>CredentialFileUnreadable</c>.</exception>
    public static UserCredential FromFile(string path)
    {
        try
        {
            return Of(File.ReadLines(path).FirstOrDefault() ?? "") ?? throw Unreadable(path, "its first line is not user:password", null);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw Unreadable(path, error.Message, error);
        }
    }

    /// <summary>Reads a text.</summary>
    /// <exception cref="BlueGreenException"><c>InvalidCredential</c>. The text is not in the message.</exception>
    public static UserCredential Parse(string text) => Of(text) ?? throw new BlueGreenException(
        ErrorKind.InvalidArgument, "InvalidCredential", "The credential is not written as user:password.",
        "Write the user, a colon and the password.");

    private static UserCredential? Of(string line)
    {
        var parts = line.Split([':'], 2);
        return parts.Length == 2 && parts[0].Length > 0 ? new UserCredential(parts[0], new Secret(() => parts[1])) : null;
    }

    private static BlueGreenException Unreadable(string path, string why, Exception? cause) => new(
        ErrorKind.InvalidData, "CredentialFileUnreadable", $"The credential file {path} cannot be read: {why.TrimEnd('.')}.",
        "Give a text file with user:password in its first line.", path, cause);
}
