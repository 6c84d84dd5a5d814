namespace BlueGreen.Engine.Session;

/// <summary>A password or token. It is read only when a request needs it and never shown.</summary>
public sealed class Secret(Func<string> reveal)
{
    /// <summary>Always <c>***</c>.</summary>
    public override string ToString() => "***";

    internal string Reveal() => reveal();
}
