using System.Management.Automation;
using System.Management.Automation.Runspaces;
using BlueGreen.Session;

namespace BlueGreen.Hosting;

/// <summary>Called by PowerShell around the module's life.</summary>
/// <remarks>
/// PowerShell reads the exported types before it calls this: no public type may derive from, implement, or have a field of a value
/// type (an enumeration, an immutable array) of the engine or of what the engine depends on. Reading such a type would load the
/// engine from beside this assembly into the default context.
/// </remarks>
public sealed class ModuleInitializer : IModuleAssemblyInitializer, IModuleAssemblyCleanup
{
    /// <inheritdoc/>
    public void OnImport() => OwnAssemblies.Register();

    /// <summary>Ends what the runspace's cmdlets have started: sessions, and a lab with all its processes.</summary>
    public void OnRemove(PSModuleInfo psModuleInfo)
    {
        if (Runspace.DefaultRunspace is { } runspace) RunspaceOwned.Of(runspace).Dispose();
    }
}
