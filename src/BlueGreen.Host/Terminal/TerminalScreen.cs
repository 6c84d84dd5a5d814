using System.Management.Automation.Host;

namespace BlueGreen.Host.Terminal;

/// <summary>
/// What the engine sees as <c>$Host.UI.RawUI</c>. Where there is no terminal it answers with a screen of a common size;
/// what a Unix terminal cannot do (reading cells back) says so.
/// </summary>
internal sealed class TerminalScreen : PSHostRawUserInterface
{
    private const int CommonWidth = 120;
    private const int CommonHeight = 50;

    /// <summary>No colour of the enumeration: the terminal's own.</summary>
    private const ConsoleColor Own = (ConsoleColor)(-1);

    private ConsoleColor _foreground = Own;
    private ConsoleColor _background = Own;

    public override ConsoleColor ForegroundColor
    {
        get => _foreground;
        set => Console.ForegroundColor = _foreground = value;
    }

    public override ConsoleColor BackgroundColor
    {
        get => _background;
        set => Console.BackgroundColor = _background = value;
    }

    public override Size BufferSize
    {
        get => WindowSize;
        set => throw Unsupported("set the buffer's size");
    }

    public override Coordinates CursorPosition
    {
        get => Console.IsOutputRedirected ? default : new Coordinates(Console.CursorLeft, Console.CursorTop);
        set => Console.SetCursorPosition(value.X, value.Y);
    }

    public override int CursorSize { get; set; } = 25;

    public override bool KeyAvailable => !Console.IsInputRedirected && Console.KeyAvailable;

    public override Size MaxPhysicalWindowSize => WindowSize;

    public override Size MaxWindowSize => WindowSize;

    public override Coordinates WindowPosition
    {
        get => default;
        set => throw Unsupported("move the window");
    }

    public override Size WindowSize
    {
        get => Measure();
        set => throw Unsupported("set the window's size");
    }

    public override string WindowTitle { get; set; } = "BlueGreen.Host";

    public override void FlushInputBuffer()
    {
        while (KeyAvailable)
            Console.ReadKey(intercept: true);
    }

    public override BufferCell[,] GetBufferContents(Rectangle rectangle) => throw Unsupported("read the screen's contents");

    public override KeyInfo ReadKey(ReadKeyOptions options)
    {
        if (Console.IsInputRedirected)
            throw new PSInvalidOperationException("A key cannot be read: standard input is not a terminal.");
        var key = Console.ReadKey(options.HasFlag(ReadKeyOptions.NoEcho));
        return new KeyInfo((int)key.Key, key.KeyChar, ControlKeys(key.Modifiers), keyDown: true);
    }

    public override void ScrollBufferContents(Rectangle source, Coordinates destination, Rectangle clip, BufferCell fill) =>
        throw Unsupported("scroll a part of the screen");

    public override void SetBufferContents(Coordinates origin, BufferCell[,] contents) => throw Unsupported("write cells");

    // The engine's own way to clear the screen: the whole of it, filled with blanks.
    public override void SetBufferContents(Rectangle rectangle, BufferCell fill)
    {
        if (!Console.IsOutputRedirected)
            Console.Clear();
    }

    private static Size Measure()
    {
        if (Console.IsOutputRedirected)
            return new Size(CommonWidth, CommonHeight);
        var (width, height) = (Console.WindowWidth, Console.WindowHeight);
        return new Size(width > 0 ? width : CommonWidth, height > 0 ? height : CommonHeight);
    }

    private static ControlKeyStates ControlKeys(ConsoleModifiers modifiers) =>
        (modifiers.HasFlag(ConsoleModifiers.Shift) ? ControlKeyStates.ShiftPressed : 0)
        | (modifiers.HasFlag(ConsoleModifiers.Control) ? ControlKeyStates.LeftCtrlPressed : 0)
        | (modifiers.HasFlag(ConsoleModifiers.Alt) ? ControlKeyStates.LeftAltPressed : 0);

    private static PSNotSupportedException Unsupported(string what) =>
        new($"BlueGreen.Host cannot {what}; pwsh on Windows can.");
}
