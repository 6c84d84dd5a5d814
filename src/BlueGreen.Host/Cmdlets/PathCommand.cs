namespace BlueGreen.Host.Cmdlets;

/// <summary>Base of the commands that take <c>-Path</c> or <c>-LiteralPath</c>.</summary>
public abstract class PathCommand : ProviderCommand
{
    /// <summary>Paths; wildcards are resolved.</summary>
    [Parameter(
        Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = PathSet)]
    public string[] Path { get; set; } = [];

    /// <summary>Paths, taken as they stand.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = LiteralPathSet)]
    [Alias("PSPath", "LP")]
    public string[] LiteralPath { get; set; } = [];

    private protected void ForEachPath(Action<string> act)
    {
        foreach (var path in IsLiteral ? LiteralPath : Path)
            Guard(() => act(path));
    }
}
