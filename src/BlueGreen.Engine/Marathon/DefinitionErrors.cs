namespace BlueGreen.Engine.Marathon;

/// <summary>Errors of definitions that people write.</summary>
internal static class DefinitionErrors
{
    public static BlueGreenException Unreadable(
        string source, string why, long? line = null, long? column = null, Exception? cause = null) => new(
        ErrorKind.InvalidData, "AppDefinitionUnreadable",
        $"{source}{(line is null ? "" : $"({line},{column})")}: {why.TrimEnd('.')}.",
        "Correct the file at this place. An app definition is one JSON or YAML object.", source, cause);

    public static BlueGreenException Invalid(string source, string why) => new(
        ErrorKind.InvalidData, "AppDefinitionInvalid", $"{source}: {why}",
        "Correct the definition; the members and their types are in Marathon's API documentation.", source);
}
