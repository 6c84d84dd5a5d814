namespace BlueGreen.Host.Cmdlets;

/// <summary>Join-Path.</summary>
[Cmdlet(VerbsCommon.Join, "Path")]
[OutputType(typeof(string))]
public sealed class JoinPathCommand : PSCmdlet
{
    /// <summary>The first part.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath")]
    public string[] Path { get; set; } = [];

    /// <summary>The second part.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [AllowNull, AllowEmptyString]
    public string? ChildPath { get; set; }

    /// <summary>Further parts.</summary>
    [Parameter(Position = 2, ValueFromRemainingArguments = true)]
    [AllowNull, AllowEmptyString, AllowEmptyCollection]
    public string[] AdditionalChildPath { get; set; } = [];

    protected override void ProcessRecord()
    {
        foreach (var path in Path)
        {
            WriteObject(AdditionalChildPath.Prepend(ChildPath).Aggregate(
                path, (joined, part) => SessionState.Path.Combine(joined, part ?? "")));
        }
    }
}
