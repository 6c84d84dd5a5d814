using System.Management.Automation;
using BlueGreen.Hosting;

namespace BlueGreen.Session;

/// <summary>Closes sessions; without any named, the default one.</summary>
[Cmdlet(VerbsCommunications.Disconnect, "BlueGreen")]
[OutputType(typeof(void))]
public sealed class DisconnectBlueGreenCommand : EngineCmdlet
{
    /// <summary>The sessions.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    [SessionFromName]
    [ArgumentCompleter(typeof(SessionCompleter))]
    public BlueGreenSession[]? Session { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var session in Session ?? (State.Default is { } one ? [one] : []))
        {
            State.Remove(session);
            session.Close();
            WriteVerbose($"Closed the session '{session.Name}'.");
        }
    }
}
