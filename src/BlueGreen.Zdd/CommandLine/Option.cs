namespace BlueGreen.Zdd.CommandLine;

/// <summary>One option of the command line.</summary>
/// <param name="Names">As they are typed, the long one first, as zdd.py declares them.</param>
/// <param name="Help">What it means.</param>
internal sealed record Option(string[] Names, string Help)
{
    /// <summary>Whether a value follows.</summary>
    public bool TakesValue { get; init; }

    /// <summary>Whether the value is a whole number.</summary>
    public bool IsNumber { get; init; }

    /// <summary>The value without the option; null for none.</summary>
    public string? Default { get; init; }

    /// <summary>
    /// Not one of zdd.py's. It has to be spelt out, so that what is an unambiguous beginning for zdd.py stays one.
    /// </summary>
    public bool IsOwn { get; init; }

    /// <summary>The name of the value: <c>STEP_DELAY</c> for <c>--step-delay</c>.</summary>
    public string ValueName => Key.ToUpperInvariant().Replace('-', '_');

    /// <summary>The long name without dashes.</summary>
    public string Key => Names.First(name => name.StartsWith("--", StringComparison.Ordinal))[2..];

    /// <summary>As errors call it: <c>--step-delay/-s</c>.</summary>
    public string Title => string.Join('/', Names);
}
