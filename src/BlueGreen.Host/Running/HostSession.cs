using System.Management.Automation.Runspaces;
using BlueGreen.Host.CommandLine;
using BlueGreen.Host.Terminal;

namespace BlueGreen.Host.Running;

/// <summary>One run of the host: opens the engine, runs what the command line asks for, answers with the exit code.</summary>
internal sealed class HostSession : IDisposable
{
    private readonly HostOptions _options;
    private readonly TerminalHost _host;
    private readonly Runspace _runspace;
    private readonly PipelineRunner _runner;
    private readonly Interrupts _interrupts;

    private HostSession(HostOptions options)
    {
        _options = options;
        _host = new TerminalHost(options.NonInteractive);
        _runspace = EngineRunspace.Open(_host, options.ExecutionPolicy);
        _runner = new PipelineRunner(_runspace, _host);
        _interrupts = new Interrupts(_runner, _host.Interface);
    }

    public static int Run(HostOptions options)
    {
        if (options.File is { } file && !File.Exists(file))
            return Refuse($"There is no file '{file}' to run as a script. See -Help.");
        if (options.WorkingDirectory is { } directory && !Directory.Exists(directory))
            return Refuse($"-WorkingDirectory: there is no folder '{directory}'.");

        using var session = new HostSession(options);
        return session.Run();
    }

    private static int Refuse(string message)
    {
        Console.Error.WriteLine(message);
        return ExitCodes.BadArgument;
    }

    private int Run()
    {
        // A script path is meant from where the process started, not from the folder that the session is to begin in.
        var file = _options.File is { } given ? Path.GetFullPath(given) : null;
        if (_options.WorkingDirectory is { } directory)
            _runspace.SessionStateProxy.Path.SetLocation(WildcardPattern.Escape(Path.GetFullPath(directory)));

        var ran = true;
        var succeeded = true;
        if (file is not null)
            succeeded = _runner.RunFile(file, _options.FileArguments, exitEndsHost: !_options.NoExit);
        else if (CommandText() is { } text)
            succeeded = _runner.RunText(text);
        else
            ran = false;

        if (_host.ExitCode is null && (!ran || _options.NoExit))
            new InteractiveSession(_host, _runner, _interrupts).Run(showBanner: !_options.NoLogo && !ran);

        return _interrupts.ExitCode ?? _host.ExitCode ?? (succeeded ? ExitCodes.Success : ExitCodes.Failure);
    }

    private string? CommandText() =>
        _options.CommandFromInput || (_options.Command is null && Console.IsInputRedirected)
            ? Console.In.ReadToEnd()
            : _options.Command;

    public void Dispose()
    {
        _interrupts.Dispose();
        _runspace.Dispose();
        _host.Dispose();
    }
}
