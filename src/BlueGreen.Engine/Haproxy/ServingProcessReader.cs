using System.Globalization;
using System.Text.RegularExpressions;

namespace BlueGreen.Engine.Haproxy;

/// <summary>The process that wrote a statistics page.</summary>
internal sealed record ServingProcess(int Pid, TimeSpan Uptime, string? Version);

/// <summary>
/// Reads from the head of HAProxy's statistics page which process wrote it. Only this page tells, none of the machine-readable
/// forms does. Source: HAProxy, <c>src/stats.c</c> (<c>stats_dump_html_info</c>).
/// </summary>
internal static class ServingProcessReader
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private static readonly Regex Pid = new(@"pid\s*=\s*</b>\s*(\d+)|Statistics Report for pid (\d+)", RegexOptions.CultureInvariant, Patience);

    private static readonly Regex Uptime = new(
        @"uptime\s*=\s*</b>\s*(\d+)d\s*(\d+)h(\d+)m(\d+)s", RegexOptions.CultureInvariant, Patience);

    private static readonly Regex Version = new(@"HAProxy version ([^\s,<]+)", RegexOptions.CultureInvariant, Patience);

    /// <summary>Null when the page does not name a process.</summary>
    public static ServingProcess? Read(string page)
    {
        // The servers come behind the head, and their names are not to be taken for it.
        var table = page.IndexOf("<table class=\"tbl\"", StringComparison.Ordinal);
        var head = table < 0 ? page : page.Substring(0, table);
        if (Match(Pid, head) is not { } pid) return null;
        var digits = pid.Groups[1].Success ? pid.Groups[1].Value : pid.Groups[2].Value;
        if (!int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return null;

        var version = Match(Version, head);
        return new ServingProcess(number, Match(Uptime, head) is { } uptime ? ReadUptime(uptime) : TimeSpan.Zero, version?.Groups[1].Value);
    }

    /// <summary>Null where there is none, or it takes too long to tell, as with a page that is none.</summary>
    private static Match? Match(Regex regex, string text)
    {
        try
        {
            return regex.Match(text) is { Success: true } match ? match : null;
        }
        catch (RegexMatchTimeoutException)
        {
            return null;
        }
    }

    /// <summary>What no process can be old is not an age.</summary>
    private static TimeSpan ReadUptime(Match match)
    {
        var parts = Enumerable.Range(1, 4).Select(i => int.TryParse(match.Groups[i].Value, out var n) ? n : 0).ToArray();
        return parts[0] > 100_000 || parts.Skip(1).Any(part => part > 59)
            ? TimeSpan.Zero
            : TimeSpan.FromDays(parts[0]) + TimeSpan.FromSeconds((parts[1] * 3600) + (parts[2] * 60) + parts[3]);
    }
}
