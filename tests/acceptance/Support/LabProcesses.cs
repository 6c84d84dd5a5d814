using System.Diagnostics;
using System.Globalization;

namespace BlueGreen.Acceptance.Support;

/// <summary>
/// The processes of a lab as this one sees them. They live in a PID namespace of their own, where other numbers go; what tells them is what
/// they were started with: files and folders that only this lab has.
/// </summary>
/// <param name="sandbox">The folder of the lab's tasks; those of its load balancers lie beside it.</param>
internal sealed class LabProcesses(string sandbox)
{
    /// <summary>The processes of one task.</summary>
    public IReadOnlyList<int> OfTask(string taskId) => [.. All().Where(pid => Words(pid, "environ").Contains($"MESOS_SANDBOX={Path.Combine(sandbox, taskId)}"))];

    /// <summary>The master of a load balancer's HAProxy.</summary>
    /// <param name="number">The load balancer's number, from 1 up.</param>
    public int Master(int number)
    {
        var all = Haproxy(number);
        return Assert.Single(all, pid => !all.Contains(Parent(pid)));
    }

    /// <summary>Its workers, the one that serves first: it was started last. The others end with their last connection.</summary>
    public IReadOnlyList<int> Workers(int number)
    {
        var master = Master(number);
        return [.. Haproxy(number).Where(pid => Parent(pid) == master).OrderDescending()];
    }

    /// <summary>Sends a signal such as <c>KILL</c> or <c>STOP</c>.</summary>
    public static void Signal(string name, params IEnumerable<int> processes)
    {
        using var kill = Process.Start("kill", ["-s", name, .. processes.Select(process => $"{process}")]);
        kill.WaitForExit();
        // Of those to be killed, one may end with another, or by itself meanwhile.
        Assert.True(kill.ExitCode == 0 || name == "KILL", $"SIG{name} could not be sent");
    }

    private List<int> Haproxy(int number)
    {
        var config = Path.Combine(Path.GetDirectoryName(sandbox)!, $"lb{number}", "haproxy.cfg");
        // What only checks the configuration (-c) is none of them.
        return [.. All().Where(pid => Words(pid, "cmdline") is var words && words.Contains(config) && !words.Contains("-c") && Stat(pid) is [not "Z", ..])];
    }

    private static IEnumerable<int> All() => Directory.EnumerateDirectories("/proc")
        .Select(folder => int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : 0).Where(pid => pid > 0);

    private static int Parent(int pid) => Stat(pid) is [_, var parent, ..] ? int.Parse(parent, CultureInfo.InvariantCulture) : 0;

    /// <summary>What stands in /proc/pid/stat behind the name, which may hold blanks and brackets itself: the state first.</summary>
    private static string[] Stat(int pid) => Read(pid, "stat") is { Length: > 0 } text ? text[(text.LastIndexOf(')') + 2)..].Split(' ') : [];

    private static string[] Words(int pid, string file) => Read(pid, file).Split('\0');

    private static string Read(int pid, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/{file}");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It has ended meanwhile, or is nothing of ours.
            return "";
        }
    }
}
