namespace BlueGreen.Host.Terminal;

/// <summary>Shows progress records. Its caller holds the lock of the terminal.</summary>
internal interface IProgressView
{
    /// <summary>Takes up a record; shows it when it is time to.</summary>
    void Show(long sourceId, ProgressRecord record, bool atLineStart);

    /// <summary>Makes room for other text; the next record brings the view back.</summary>
    void Hide();

    /// <summary>Forgets all records.</summary>
    void Clear();

    /// <summary>Hides, and stays hidden until <see cref="Resume"/>: a native command has the terminal.</summary>
    void Suspend();

    /// <summary>Ends <see cref="Suspend"/>.</summary>
    void Resume();
}

internal static class ProgressViews
{
    /// <summary>A live area on a terminal, status lines elsewhere: on standard error, so that redirected output stays data.</summary>
    public static IProgressView Choose(TextWriter output, TextWriter error) =>
        !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") is not "dumb"
            ? new LiveProgress(output, TimeProvider.System)
            : new StatusLines(error, TimeProvider.System);
}
