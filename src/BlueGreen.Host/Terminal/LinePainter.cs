using System.Management.Automation.Internal;

namespace BlueGreen.Host.Terminal;

/// <summary>Paints a prompt and the line behind it, which may go on over several rows of the terminal.</summary>
internal sealed class LinePainter
{
    private readonly TerminalScreen _screen = new();
    private readonly string _prompt;
    private int _row;

    /// <summary>A prompt of several lines: all but the last are written once, here.</summary>
    public LinePainter(string prompt)
    {
        var last = prompt.LastIndexOf('\n') + 1;
        Console.Out.Write(prompt[..last]);
        _prompt = prompt[last..];
    }

    /// <summary>Paints anew, and puts the cursor where it belongs.</summary>
    public void Paint(LineBuffer line)
    {
        var width = _screen.WindowSize.Width;
        var text = line.ToString();
        var start = Cells(new StringDecorated(_prompt).ToString(OutputRendering.PlainText));
        var end = start + Cells(text);
        var cursor = start + Cells(text[..line.Cursor]);

        var shown = (_row > 0 ? $"\u001b[{_row}A" : "") + "\r\u001b[J" + _prompt + text;
        // A terminal keeps the cursor in a full row's last cell until more comes: go on to the next row.
        if (end % width == 0)
            shown += "\r\n";
        var up = (end / width) - (cursor / width);
        shown += "\r" + (up > 0 ? $"\u001b[{up}A" : "") + (cursor % width > 0 ? $"\u001b[{cursor % width}C" : "");
        Console.Out.Write(shown);
        _row = cursor / width;
    }

    /// <summary>Puts the cursor behind the line, with a last word, on a row of its own.</summary>
    public void Leave(LineBuffer line, string lastWord)
    {
        line.MoveToEnd();
        Paint(line);
        Console.Out.WriteLine(lastWord);
    }

    /// <summary>The screen was cleared: the next painting begins at its top.</summary>
    public void Restart() => _row = 0;

    private int Cells(string text) => _screen.LengthInBufferCells(text);
}
