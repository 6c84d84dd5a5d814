using System.Management.Automation;
using BlueGreen.Engine.Session;
using BlueGreen.Hosting;

namespace BlueGreen.Session;

/// <summary>Tells whether everything that a session needs can be reached.</summary>
[Cmdlet(VerbsDiagnostic.Test, "BlueGreenSession")]
[OutputType(typeof(bool))]
[OutputType(typeof(SessionCheck))]
public sealed class TestBlueGreenSessionCommand : SessionCmdlet
{
    /// <summary>Puts out what each endpoint answered, instead of one yes or no.</summary>
    [Parameter]
    public SwitchParameter Detailed { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => TryAll(() =>
    {
        var checks = Run(call => Connected.Cluster.TestAsync(call.Token));
        if (Detailed)
        {
            WriteObject(checks, enumerateCollection: true);
            return;
        }

        foreach (var failed in checks.Where(c => !c.Ok)) WriteWarning(LogText.Safe($"{failed.Role} {failed.Name}: {failed.Detail} {failed.Remedy}"));
        WriteObject(checks.All(c => c.Ok));
    });
}
