using System.Diagnostics;
using System.Globalization;

namespace BlueGreen.Engine.Deployment.Locking;

/// <summary>Who drives a deployment: the user, the host, and a process told from every other one that had or will have its number.</summary>
/// <param name="Host">The host's name.</param>
/// <param name="User">The user's name.</param>
/// <param name="Process">
/// Process id, the time it started, and the space that the two are to be read in, with blanks between. On Linux the space is the kernel's
/// boot and the namespace of process ids, since containers may share the host's name.
/// </param>
internal sealed record DriverIdentity(string Host, string User, string Process)
{
    private const string Unknown = "unknown";

    public static DriverIdentity Current { get; } = Find();

    /// <summary>
    /// True when the process is gone for certain: it ran where this one runs, and is not there any more. Anything that cannot be told is not
    /// certain.
    /// </summary>
    public static bool IsGone(DriverIdentity other)
    {
        var parts = other.Process.Split(' ');
        if (other.Host != Current.Host || parts.Length != 3 || parts[1] == Unknown || parts[2] != Space()) return false;
        if (!int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var id)) return false;
        var started = Started(id);
        return started != Unknown && started != parts[1];
    }

    /// <summary>The process id, for people.</summary>
    public string ProcessId => Process.Split(' ')[0];

    private static DriverIdentity Find()
    {
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        var id = process.Id;
        return new DriverIdentity(
            Environment.MachineName, Environment.UserName, $"{id.ToString(CultureInfo.InvariantCulture)} {Started(id) ?? Unknown} {Space()}");
    }

    /// <summary>When the process started; null when there is none that runs.</summary>
    private static string? Started(int id)
    {
        try
        {
            var stat = $"/proc/{id.ToString(CultureInfo.InvariantCulture)}/stat";
            if (Directory.Exists("/proc/self")) return File.Exists(stat) ? FromStat(File.ReadAllText(stat)) : null;
            using var process = System.Diagnostics.Process.GetProcessById(id);
            return process.HasExited ? null : process.StartTime.ToUniversalTime().Ticks.ToString(CultureInfo.InvariantCulture);
        }
        catch (Exception error) when (error is ArgumentException or FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidOperationException or System.ComponentModel.Win32Exception or NotSupportedException)
        {
            return Unknown;
        }
    }

    /// <summary>
    /// The start in clock ticks since the boot, field 22; null for a process that has ended and waits for its parent. The name in field 2 may
    /// hold blanks and parentheses. Source: proc(5).
    /// </summary>
    private static string? FromStat(string stat)
    {
        var fields = stat.Substring(stat.LastIndexOf(')') + 1).Split([' '], StringSplitOptions.RemoveEmptyEntries);
        return fields.Length < 20 ? Unknown : fields[0] is "Z" or "X" ? null : fields[19];
    }

    private static string Space()
    {
        try
        {
            const string Boot = "/proc/sys/kernel/random/boot_id";
            return File.Exists(Boot) ? $"{File.ReadAllText(Boot).Trim()}/{PidNamespace()}" : "-";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return Guid.NewGuid().ToString();
        }
    }

    /// <summary>The first process of a namespace has the number 1; what it is and since when tells the namespace.</summary>
    /// <remarks>.NET Standard cannot read the link <c>/proc/self/ns/pid</c>, which says it plainly.</remarks>
    private static string PidNamespace() => FromStat(File.ReadAllText("/proc/1/stat")) ?? Unknown;
}
