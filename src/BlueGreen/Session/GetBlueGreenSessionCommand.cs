using System.Management.Automation;
using BlueGreen.Hosting;

namespace BlueGreen.Session;

/// <summary>Gets the sessions of this runspace; the last one is the default.</summary>
[Cmdlet(VerbsCommon.Get, "BlueGreenSession")]
[OutputType(typeof(BlueGreenSession))]
public sealed class GetBlueGreenSessionCommand : EngineCmdlet
{
    /// <summary>Names or patterns.</summary>
    [Parameter(Position = 0)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SessionCompleter))]
    public string[] Name { get; set; } = ["*"];

    /// <summary>Only the one that cmdlets use when none is named.</summary>
    [Parameter]
    public SwitchParameter Default { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var names = Name.Select(name => WildcardPattern.Get(name, WildcardOptions.IgnoreCase)).ToList();
        foreach (var session in State.Sessions.Where(s => names.Exists(name => name.IsMatch(s.Name))))
        {
            if (!Default || session == State.Default) WriteObject(session);
        }
    }
}
