namespace BlueGreen.Engine;

/// <summary>How much a message matters; each level has its own stream in PowerShell.</summary>
public enum MessageLevel
{
    /// <summary>One HTTP exchange, without secrets.</summary>
    Debug,

    /// <summary>One change of state.</summary>
    Verbose,

    /// <summary>A milestone.</summary>
    Information,

    /// <summary>A risk that the user should know of.</summary>
    Warning,
}

/// <summary>What the engine says while it works.</summary>
public abstract record EngineEvent(DateTimeOffset At);

/// <summary>A line of text for one of the streams.</summary>
public sealed record EngineMessage(DateTimeOffset At, MessageLevel Level, string Text) : EngineEvent(At);

/// <summary>Where a long operation stands, and what it waits for.</summary>
/// <param name="At">When this was so.</param>
/// <param name="Activity">What is being done, such as <c>Deploying shop (blue to green)</c>.</param>
/// <param name="Status">Where it stands and why it waits, in words for a person.</param>
/// <param name="PercentComplete">0 to 100, or -1 when it cannot be told.</param>
public sealed record ProgressEvent(DateTimeOffset At, string Activity, string Status, int PercentComplete) : EngineEvent(At);

/// <summary>Takes what the engine says. Called from any thread; must be quick and must not throw.</summary>
public interface IEngineSink
{
    /// <summary>Takes one event.</summary>
    void Publish(EngineEvent engineEvent);
}

/// <summary>Hears nothing.</summary>
public sealed class SilentSink : IEngineSink
{
    /// <summary>The one instance.</summary>
    public static SilentSink Instance { get; } = new();

    /// <inheritdoc/>
    public void Publish(EngineEvent engineEvent)
    {
    }
}
