using System.Management.Automation.Language;
using BlueGreen.Host.CommandLine;
using BlueGreen.Host.Terminal;

namespace BlueGreen.Host.Running;

/// <summary>The prompt: reads a command, over several lines when it is not whole, and runs it, until <c>exit</c>.</summary>
internal sealed class InteractiveSession
{
    private readonly TerminalHost _host;
    private readonly PipelineRunner _runner;
    private readonly Interrupts _interrupts;
    private readonly ILineSource _lines;

    public InteractiveSession(TerminalHost host, PipelineRunner runner, Interrupts interrupts)
    {
        _host = host;
        _runner = runner;
        _interrupts = interrupts;
        _lines = Console.IsInputRedirected || Console.IsOutputRedirected
            ? new PlainLines(host.Interface)
            : new LineEditor(host.Interface, new Completer(runner.Runspace));
        host.NestedPrompt = () => Loop(() => host.LeavesNestedPrompt);
    }

    public void Run(bool showBanner)
    {
        // Without a terminal nobody can go on after Ctrl-C.
        _interrupts.AtPrompt = !Console.IsInputRedirected;
        if (showBanner)
            _host.Interface.WriteLine(Usage.Version() + ". -Help tells what it has; 'exit' ends it.");
        Loop(() => false);
    }

    private void Loop(Func<bool> isLeft)
    {
        while (_host.ExitCode is null && _interrupts.ExitCode is null && !isLeft())
        {
            if (ReadCommand() is not { } command)
                return;
            if (!string.IsNullOrWhiteSpace(command))
                _runner.RunLine(command);
        }
    }

    // Null when the input is over.
    private string? ReadCommand()
    {
        var command = ReadLine(Prompt());
        while (command is not null && IsIncomplete(command))
        {
            var more = ReadLine(">> ");
            // An empty line gives up waiting: the parser then says what is missing.
            if (string.IsNullOrEmpty(more))
                break;
            command += Environment.NewLine + more;
        }

        return command;
    }

    private string? ReadLine(string prompt)
    {
        try
        {
            return _lines.Read(prompt);
        }
        catch (PipelineStoppedException)
        {
            return null;
        }
    }

    private string Prompt() =>
        _runner.Ask("prompt") is [.., { } prompt] ? prompt.ToString() : "PS> ";

    private static bool IsIncomplete(string command)
    {
        Parser.ParseInput(command, out _, out var errors);
        return errors.Any(error => error.IncompleteInput);
    }
}
