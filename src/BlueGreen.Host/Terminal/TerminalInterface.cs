using System.Management.Automation.Host;
using System.Management.Automation.Internal;

namespace BlueGreen.Host.Terminal;

/// <summary>
/// What the engine sees as <c>$Host.UI</c>: this part writes. Text goes to standard output, errors to standard error;
/// escape sequences only where a terminal shows them.
/// </summary>
internal sealed partial class TerminalInterface : PSHostUserInterface
{
    private readonly Lock _gate = new();
    private readonly TextWriter _out = Console.Out;
    private readonly TextWriter _error = Console.Error;
    private readonly bool _colourOut = Colours.Wanted && !Console.IsOutputRedirected;
    private readonly bool _colourError = Colours.Wanted && !Console.IsErrorRedirected;
    private readonly bool _nonInteractive;
    private readonly IProgressView _progress;
    private readonly CancellationTokenSource _ending = new();
    private bool _atLineStart = true;

    public TerminalInterface(bool nonInteractive)
    {
        _nonInteractive = nonInteractive;
        _progress = ProgressViews.Choose(_out, _error);
        if (!Colours.Wanted)
            PSStyle.Instance.OutputRendering = OutputRendering.PlainText;
    }

    /// <summary>What Ctrl-C means while an answer is awaited, beside the end of the command that asked.</summary>
    public Action? CtrlC { get; set; }

    public override PSHostRawUserInterface RawUI { get; } = new TerminalScreen();

    public override bool SupportsVirtualTerminal => _colourOut;

    public override void Write(string value) => WriteOut(value, endLine: false);

    public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) =>
        WriteOut(Colours.Paint(foregroundColor, backgroundColor, value), endLine: false);

    public override void WriteLine() => WriteOut("", endLine: true);

    public override void WriteLine(string value) => WriteOut(value, endLine: true);

    public override void WriteLine(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) =>
        WriteOut(Colours.Paint(foregroundColor, backgroundColor, value), endLine: true);

    public override void WriteErrorLine(string value)
    {
        // The error view ends with an empty line; pwsh does not show it either.
        if (string.IsNullOrEmpty(value))
            return;
        lock (_gate)
        {
            _progress.Hide();
            _error.WriteLine(Rendered(value, _colourError));
            _atLineStart = true;
        }
    }

    public override void WriteDebugLine(string message) => WriteTagged("DEBUG", message, PSStyle.Instance.Formatting.Debug);

    public override void WriteVerboseLine(string message) => WriteTagged("VERBOSE", message, PSStyle.Instance.Formatting.Verbose);

    public override void WriteWarningLine(string message) => WriteTagged("WARNING", message, PSStyle.Instance.Formatting.Warning);

    public override void WriteProgress(long sourceId, ProgressRecord record)
    {
        lock (_gate)
            _progress.Show(sourceId, record, atLineStart: _atLineStart);
    }

    /// <summary>Takes all progress away, as when a pipeline has ended without saying that its work was done.</summary>
    public void ClearProgress()
    {
        lock (_gate)
            _progress.Clear();
    }

    /// <summary>The cursor was brought to the beginning of a line by other means.</summary>
    public void BeginLine()
    {
        lock (_gate)
            _atLineStart = true;
    }

    /// <summary>A native command gets the terminal.</summary>
    public void BeginApplication()
    {
        lock (_gate)
            _progress.Suspend();
    }

    /// <summary>The native command has given the terminal back.</summary>
    public void EndApplication()
    {
        lock (_gate)
        {
            _progress.Resume();
            _atLineStart = true;
        }
    }

    private void WriteTagged(string tag, string message, string style) =>
        WriteOut($"{style}{tag}: {message}{PSStyle.Instance.Reset}", endLine: true);

    private void WriteOut(string value, bool endLine)
    {
        lock (_gate)
        {
            _progress.Hide();
            var text = Rendered(value, _colourOut);
            if (endLine)
                _out.WriteLine(text);
            else
                _out.Write(text);
            _atLineStart = endLine || (text.Length == 0 ? _atLineStart : text[^1] == '\n');
        }
    }

    private static string Rendered(string? text, bool colour) =>
        new StringDecorated(text ?? "").ToString(colour ? OutputRendering.Ansi : OutputRendering.PlainText);
}
