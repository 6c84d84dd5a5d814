using System.ComponentModel;
using System.Diagnostics;

namespace BlueGreen.Host.Terminal;

/// <summary>
/// Keeps the terminal from showing what is typed. Reading key by key does so too, but only from the first key read on: who types as soon
/// as the question stands there would see the first letters.
/// </summary>
internal sealed class TerminalEcho : IDisposable
{
    private readonly bool _isOff;

    private TerminalEcho(bool isOff) => _isOff = isOff;

    /// <summary>Off until the result is disposed. Where there is no terminal, or no stty, nothing is done.</summary>
    public static TerminalEcho Off() => new(!OperatingSystem.IsWindows() && !Console.IsInputRedirected && Set("-echo"));

    public void Dispose()
    {
        if (_isOff) Set("echo");
    }

    private static bool Set(string mode)
    {
        try
        {
            using var stty = Process.Start(new ProcessStartInfo("stty", mode));
            stty?.WaitForExit();
            return stty?.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
