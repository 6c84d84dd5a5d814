namespace BlueGreen.Host.Terminal;

/// <summary>Where the lines of the prompt come from.</summary>
internal interface ILineSource
{
    /// <summary>Shows the prompt and reads a line; null when there will be no more, empty when the line was given up.</summary>
    string? Read(string prompt);
}

/// <summary>Lines from something that is not a terminal.</summary>
internal sealed class PlainLines(TerminalInterface terminal) : ILineSource
{
    public string? Read(string prompt)
    {
        terminal.Write(prompt);
        return terminal.ReadAnswer();
    }
}
