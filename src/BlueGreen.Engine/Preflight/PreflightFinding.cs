namespace BlueGreen.Engine.Preflight;

/// <summary>How much a finding matters.</summary>
public enum PreflightSeverity
{
    /// <summary>Good to know.</summary>
    Information,

    /// <summary>Works, but not as the file suggests, or with a risk.</summary>
    Warning,

    /// <summary>A deployment would fail, or would lose requests: it is refused.</summary>
    Error,
}

/// <summary>One trap in an app definition that can be seen before anything is deployed.</summary>
/// <param name="Id">A stable id, such as <c>NoHealthChecks</c>; scripts may rely on it.</param>
/// <param name="Severity">How much it matters.</param>
/// <param name="Message">What is wrong and what comes of it.</param>
/// <param name="Remedy">What to do about it.</param>
/// <param name="Path">Where in the definition, such as <c>container.docker.healthChecks</c>.</param>
public sealed record PreflightFinding(string Id, PreflightSeverity Severity, string Message, string Remedy, string Path)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Id}: {Message}";
}
