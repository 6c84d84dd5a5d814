using System.Globalization;

namespace BlueGreen.Lab.LoadBalancer.Haproxy;

/// <summary>Processes as /proc tells them, in the pid namespace that this program runs in.</summary>
internal static class ProcFs
{
    /// <summary>Children of a process that have not ended.</summary>
    public static IReadOnlySet<int> ChildrenOf(int pid) =>
        Pids().Where(child => Stat(child) is { } stat && stat.Parent == pid && stat.State != 'Z').ToHashSet();

    /// <summary>Processes that were started with this very argument.</summary>
    public static IReadOnlyList<int> StartedWith(string argument) =>
        [.. Pids().Where(pid => Read(pid, "cmdline") is { } line && line.Split('\0').Contains(argument) && IsAlive(pid))];

    public static bool IsAlive(int pid) => Stat(pid) is { } stat && stat.State != 'Z';

    private static IEnumerable<int> Pids() => Directory.EnumerateDirectories("/proc")
        .Select(path => int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : 0)
        .Where(pid => pid > 0);

    private static (char State, int Parent)? Stat(int pid)
    {
        // The name in brackets may hold blanks and brackets itself.
        if (Read(pid, "stat") is not { } text || text.LastIndexOf(')') is var bracket && bracket < 0)
            return null;
        var fields = text[(bracket + 2)..].Split(' ', 3);
        return (fields[0][0], int.Parse(fields[1], CultureInfo.InvariantCulture));
    }

    private static string? Read(int pid, string file)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{pid}/{file}");
            return text.Length > 0 ? text : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // The process has ended meanwhile.
        }
    }
}
