using System.Management.Automation.Host;
using System.Management.Automation.Runspaces;
using System.Reflection;
using Microsoft.PowerShell;

namespace BlueGreen.Host.Running;

/// <summary>Opens the engine with its own commands and those that this host brings along.</summary>
internal static class EngineRunspace
{
    public static Runspace Open(PSHost host, ExecutionPolicy? policy)
    {
        var state = InitialSessionState.CreateDefault2();
        if (policy is { } wanted)
            state.ExecutionPolicy = wanted;
        foreach (var (name, type) in HostCommands())
            state.Commands.Add(new SessionStateCmdletEntry(name, type, helpFileName: null));

        var runspace = RunspaceFactory.CreateRunspace(host, state);
        runspace.Open();
        Runspace.DefaultRunspace ??= runspace;
        runspace.SessionStateProxy.InvokeCommand.CommandNotFoundAction = PwshCommands.OnCommandNotFound;
        return runspace;
    }

    /// <summary>The cmdlets in this assembly, by name.</summary>
    public static IEnumerable<(string Name, Type Type)> HostCommands() =>
        from type in typeof(EngineRunspace).Assembly.GetTypes()
        let cmdlet = type.GetCustomAttribute<CmdletAttribute>()
        where type.IsPublic && cmdlet is not null
        select ($"{cmdlet.VerbName}-{cmdlet.NounName}", type);
}
