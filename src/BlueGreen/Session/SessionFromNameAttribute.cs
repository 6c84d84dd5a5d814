using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace BlueGreen.Session;

/// <summary>Lets a session be given by its name, among those of the runspace.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class SessionFromNameAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) => Plain(inputData) switch
    {
        string name => Find(name),
        object[] several => several.Select(one => Plain(one) is string name ? Find(name) : one).ToArray(),
        _ => inputData,
    };

    private static object Plain(object value) => value is PSObject wrapped ? wrapped.BaseObject : value;

    private static object Find(string name) =>
        RunspaceOwned.Of(Runspace.DefaultRunspace).Sessions.LastOrDefault(s => string.Equals(s.Name, name, StringComparison.OrdinalIgnoreCase))
        ?? throw new ArgumentTransformationMetadataException(
            $"There is no open session '{name}' in this runspace. Get-BlueGreenSession lists them; Connect-BlueGreen opens one.");
}
