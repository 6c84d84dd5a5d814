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
        LeaveOutPwshModules();
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

    // A host that pwsh has started inherits its folder of modules, which load nowhere else.
    private static void LeaveOutPwshModules()
    {
        if (Environment.GetEnvironmentVariable("PSModulePath") is not { } path)
            return;
        var folders = path.Split(Path.PathSeparator)
            .Where(folder => !Directory.Exists(Path.Combine(folder, "Microsoft.PowerShell.Utility")));
        Environment.SetEnvironmentVariable("PSModulePath", string.Join(Path.PathSeparator, folders));
    }

    /// <summary>The cmdlets in this assembly, by name.</summary>
    public static IEnumerable<(string Name, Type Type)> HostCommands() =>
        from type in typeof(EngineRunspace).Assembly.GetTypes()
        let cmdlet = type.GetCustomAttribute<CmdletAttribute>()
        where type.IsPublic && cmdlet is not null
        select ($"{cmdlet.VerbName}-{cmdlet.NounName}", type);
}
