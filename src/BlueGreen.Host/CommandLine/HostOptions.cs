using System.Management.Automation.Runspaces;
using Microsoft.PowerShell;

namespace BlueGreen.Host.CommandLine;

/// <summary>What the command line asks for.</summary>
internal sealed record HostOptions
{
    /// <summary>The script to run, as given; null when there is none.</summary>
    public string? File { get; init; }

    /// <summary>Arguments of <see cref="File"/>, ready for the engine's parameter binder.</summary>
    public IReadOnlyList<CommandParameter> FileArguments { get; init; } = [];

    /// <summary>The command text to run; null when there is none.</summary>
    public string? Command { get; init; }

    /// <summary>The command text comes from standard input.</summary>
    public bool CommandFromInput { get; init; }

    public bool NonInteractive { get; init; }

    public bool NoLogo { get; init; }

    /// <summary>Go on to the prompt after <see cref="File"/> or <see cref="Command"/>.</summary>
    public bool NoExit { get; init; }

    public bool ShowHelp { get; init; }

    public bool ShowVersion { get; init; }

    public string? WorkingDirectory { get; init; }

    public ExecutionPolicy? ExecutionPolicy { get; init; }
}
