using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace BlueGreen.Hosting;

/// <summary>Has a cmdlet's work done by a job, with the arguments that it was called with.</summary>
internal static class JobStart
{
    /// <summary>What belongs to the caller's runspace, or to this call alone.</summary>
    private static readonly HashSet<string> Left = new(StringComparer.OrdinalIgnoreCase)
    {
        "AsJob", "Session", "OutVariable", "ErrorVariable", "WarningVariable", "InformationVariable", "PipelineVariable", "OutBuffer",
    };

    /// <summary>Starts the job and makes it known to Get-Job.</summary>
    /// <param name="cmdlet">The cmdlet.</param>
    /// <param name="session">The session that it works with.</param>
    /// <param name="location">The cluster that it works on.</param>
    public static Job Start(PSCmdlet cmdlet, object session, string location)
    {
        var scripts = new PortableScripts(cmdlet.GetVariableValue);
        var arguments = cmdlet.MyInvocation.BoundParameters.Where(argument => !Left.Contains(argument.Key))
            .ToDictionary(argument => argument.Key, argument => scripts.Port(argument.Value));
        var shell = PowerShell.Create();
        shell.Runspace = Open(cmdlet.SessionState.Path.CurrentLocation.Path, scripts.Variables);
        shell.AddCommand(cmdlet.MyInvocation.MyCommand.Name).AddParameters(arguments).AddParameter("Session", session);
        var job = new CommandJob(shell, cmdlet.MyInvocation.Line.Trim(), location);
        cmdlet.JobRepository.Add(job);
        job.Start();
        return job;
    }

    /// <summary>A runspace like the caller's, with the host's own commands, and this module.</summary>
    private static Runspace Open(string location, IReadOnlyDictionary<string, object?> variables)
    {
        var state = Runspace.DefaultRunspace.InitialSessionState?.Clone() ?? InitialSessionState.CreateDefault2();
        state.ImportPSModule([Path.Combine(Path.GetDirectoryName(typeof(JobStart).Assembly.Location)!, "BlueGreen.psd1")]);
        var runspace = RunspaceFactory.CreateRunspace(state);
        runspace.Open();
        runspace.SessionStateProxy.Path.SetLocation(WildcardPattern.Escape(location));
        foreach (var variable in variables) runspace.SessionStateProxy.SetVariable(variable.Key, variable.Value);
        return runspace;
    }
}
