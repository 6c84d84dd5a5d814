namespace BlueGreen.Host.Cmdlets;

/// <summary>New-Item.</summary>
[Cmdlet(VerbsCommon.New, "Item", SupportsShouldProcess = true, DefaultParameterSetName = PathSet)]
public sealed class NewItemCommand : ProviderCommand
{
    /// <summary>Paths of the new items, or of their folder when <see cref="Name"/> is given.</summary>
    [Parameter(Position = 0, Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = PathSet)]
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true, ParameterSetName = "Name")]
    public string[] Path { get; set; } = [""];

    /// <summary>The new item's name in <see cref="Path"/>.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = "Name")]
    public string? Name { get; set; }

    /// <summary>What kind of item, such as File or Directory.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("Type")]
    public string? ItemType { get; set; }

    /// <summary>What the item holds.</summary>
    [Parameter(ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Target")]
    public object? Value { get; set; }

    /// <summary>An item that is there already is no error.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    protected override void ProcessRecord()
    {
        foreach (var path in Path)
        {
            if (ShouldProcess(Name is null ? path : $"{path} {Name}", $"Create {ItemType ?? "item"}"))
                Guard(() => WriteAll(InvokeProvider.Item.New([path], Name, ItemType, Value, Force)));
        }
    }
}
