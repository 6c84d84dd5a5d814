using System.Diagnostics;

namespace BlueGreen.Acceptance.Support;

/// <summary>A lab with two load balancers, started by the module, for all tests of one class.</summary>
public sealed class LabFixture : IDisposable
{
    public LabFixture()
    {
        Shell = new ModuleRunspace();
        Session = Shell.Run("Start-BlueGreenLab -LoadBalancers 2").Single;
    }

    internal ModuleRunspace Shell { get; }

    internal System.Management.Automation.PSObject Session { get; }

    internal int ProcessId => (int)Session.Properties["LabProcessId"].Value;

    /// <summary>Takes all apps away, so that the next test begins with an empty cluster.</summary>
    internal void Empty() => Shell.Run("Get-MarathonApp | Remove-MarathonApp -Force -Wait").ThrowIfFailed();

    public void Dispose() => Shell.Dispose();

    /// <summary>Whether a process is there still.</summary>
    internal static bool IsAlive(int processId)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
