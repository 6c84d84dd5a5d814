namespace BlueGreen.Host.Running;

internal static class PwshCommands
{
    public static void OnCommandNotFound(object? sender, CommandLookupEventArgs lookup)
    {
    }
}
