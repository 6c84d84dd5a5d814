namespace BlueGreen.Host.Cmdlets;

/// <summary>Move-Item.</summary>
[Cmdlet(VerbsCommon.Move, "Item", SupportsShouldProcess = true, DefaultParameterSetName = PathSet)]
public sealed class MoveItemCommand : PathCommand
{
    /// <summary>Where to; the current location by default.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    public string Destination { get; set; } = ".";

    /// <summary>Over items that are there already.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Write the moved items as objects.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    protected override void ProcessRecord() => ForEachPath(path =>
    {
        if (!ShouldProcess($"Item: {path} Destination: {Destination}", "Move item"))
            return;
        var moved = InvokeProvider.Item.Move([path], Destination, Force, IsLiteral);
        if (PassThru)
            WriteAll(moved);
    });
}

/// <summary>Rename-Item.</summary>
[Cmdlet(VerbsCommon.Rename, "Item", SupportsShouldProcess = true)]
public sealed class RenameItemCommand : ProviderCommand
{
    /// <summary>The item.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("LiteralPath", "PSPath")]
    public string Path { get; set; } = "";

    /// <summary>Its new name.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    public string NewName { get; set; } = "";

    /// <summary>Hidden and read-only items too.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    protected override void ProcessRecord()
    {
        if (ShouldProcess($"Item: {Path} Destination: {NewName}", "Rename item"))
            Guard(() => InvokeProvider.Item.Rename(Path, NewName, Force));
    }
}
