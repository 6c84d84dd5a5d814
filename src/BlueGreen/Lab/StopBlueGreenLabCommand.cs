using System.Management.Automation;
using BlueGreen.Engine;
using BlueGreen.Hosting;
using BlueGreen.Session;

namespace BlueGreen.Lab;

/// <summary>Ends labs with everything in them; without any named, all that this runspace has started.</summary>
[Cmdlet(VerbsLifecycle.Stop, "BlueGreenLab")]
[OutputType(typeof(void))]
public sealed class StopBlueGreenLabCommand : EngineCmdlet
{
    /// <summary>Sessions of labs.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    [SessionFromName]
    [ArgumentCompleter(typeof(SessionCompleter))]
    public BlueGreenSession[]? Session { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (Session is null)
        {
            foreach (var lab in State.Labs) End(lab);
            return;
        }

        foreach (var session in Session)
        {
            Try(session.Name, () => End(session.Lab ?? throw new BlueGreenException(
                ErrorKind.InvalidArgument, "NotALab", $"The session '{session.Name}' is with a cluster that is no lab.",
                "Close it with Disconnect-BlueGreen.", session.Name)));
        }
    }

    private void End(LabProcess lab)
    {
        foreach (var session in State.Sessions.Where(s => s.Lab == lab))
        {
            State.Remove(session);
            session.Close();
        }

        State.Remove(lab);
        lab.Dispose();
        WriteVerbose($"The lab with process {lab.Id} has ended.");
    }
}
