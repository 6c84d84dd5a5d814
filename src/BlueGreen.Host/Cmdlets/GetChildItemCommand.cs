namespace BlueGreen.Host.Cmdlets;

/// <summary>Get-ChildItem.</summary>
[Cmdlet(VerbsCommon.Get, "ChildItem", DefaultParameterSetName = PathSet)]
public sealed class GetChildItemCommand : ProviderCommand
{
    /// <summary>Paths; wildcards are resolved. The current location by default.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = PathSet)]
    public string[] Path { get; set; } = ["."];

    /// <summary>Paths, taken as they stand.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = LiteralPathSet)]
    [Alias("PSPath", "LP")]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>A wildcard that the names must match.</summary>
    [Parameter(Position = 1)]
    public string? Filter { get; set; }

    /// <summary>The folders below too.</summary>
    [Parameter]
    [Alias("s")]
    public SwitchParameter Recurse { get; set; }

    /// <summary>How many folders deep, 0 being none; implies <see cref="Recurse"/>.</summary>
    [Parameter]
    public uint Depth { get; set; } = uint.MaxValue;

    /// <summary>Hidden items too.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Names only.</summary>
    [Parameter]
    public SwitchParameter Name { get; set; }

    /// <summary>Files only.</summary>
    [Parameter]
    [Alias("af")]
    public SwitchParameter File { get; set; }

    /// <summary>Folders only.</summary>
    [Parameter]
    [Alias("ad")]
    public SwitchParameter Directory { get; set; }

    protected override void ProcessRecord()
    {
        var recurse = Recurse || MyInvocation.BoundParameters.ContainsKey(nameof(Depth));
        foreach (var path in IsLiteral ? LiteralPath : Path)
        {
            Guard(() =>
            {
                var items = InvokeProvider.ChildItem.Get([path], recurse, Depth, Force, IsLiteral).Where(IsWanted);
                if (Name)
                    WriteAll(items.Select(item => item.Properties["PSChildName"].Value));
                else
                    WriteAll(items);
            });
        }
    }

    private bool IsWanted(PSObject item)
    {
        var isContainer = item.Properties["PSIsContainer"]?.Value is true;
        return (!File || !isContainer)
            && (!Directory || isContainer)
            && (Filter is null
                || new WildcardPattern(Filter, WildcardOptions.IgnoreCase).IsMatch(item.Properties["PSChildName"]?.Value as string));
    }
}
