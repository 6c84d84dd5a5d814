using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace BlueGreen.Session;

/// <summary>Lets a session be given by its name, among those of the runspace.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class SessionFromNameAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        var value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        if (value is not string name) return inputData;
        var sessions = RunspaceOwned.Of(Runspace.DefaultRunspace).Sessions;
        return sessions.LastOrDefault(s => string.Equals(s.Name, name, StringComparison.OrdinalIgnoreCase))
            ?? throw new ArgumentTransformationMetadataException(
                $"There is no open session '{name}' in this runspace. Get-BlueGreenSession lists them; Connect-BlueGreen opens one.");
    }
}
