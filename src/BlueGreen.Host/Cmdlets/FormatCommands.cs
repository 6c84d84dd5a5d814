using BlueGreen.Host.Running;
using Microsoft.PowerShell.Commands.Internal.Format;

namespace BlueGreen.Host.Cmdlets;

/// <summary>Format-Table: parameters and work are the engine's.</summary>
[Cmdlet(VerbsCommon.Format, "Table")]
public sealed class FormatTableCommand : OuterFormatTableBase
{
    /// <summary>Makes the command.</summary>
    public FormatTableCommand() => EngineInternals.UseFormatter(this, "Table");
}

/// <summary>Format-List: parameters and work are the engine's.</summary>
[Cmdlet(VerbsCommon.Format, "List")]
public sealed class FormatListCommand : OuterFormatTableAndListBase
{
    /// <summary>Makes the command.</summary>
    public FormatListCommand() => EngineInternals.UseFormatter(this, "List");
}
