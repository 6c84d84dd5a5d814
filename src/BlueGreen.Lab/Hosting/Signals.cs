using System.Runtime.InteropServices;

namespace BlueGreen.Lab.Hosting;

/// <summary>Sends signals by pid. .NET itself only knows SIGKILL.</summary>
internal static class Signals
{
    public const int Kill = 9;
    public const int User2 = 12;
    public const int Terminate = 15;

    /// <summary>False when there is no such process any more.</summary>
    public static bool Send(int pid, int signal) => kill(pid, signal) == 0;

    /// <summary>To a process and all that belongs to its group; false when there is no such group, yet or any more.</summary>
    public static bool SendToGroup(int leader, int signal) => Send(-leader, signal);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int kill(int pid, int signal);
}
