namespace BlueGreen.Host.CommandLine;

internal static class Usage
{
    public static string Text() => "";
    public static string Version() => "";
}
