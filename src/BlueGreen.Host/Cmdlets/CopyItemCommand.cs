namespace BlueGreen.Host.Cmdlets;

/// <summary>Copy-Item.</summary>
[Cmdlet(VerbsCommon.Copy, "Item", SupportsShouldProcess = true, DefaultParameterSetName = PathSet)]
public sealed class CopyItemCommand : PathCommand
{
    /// <summary>Where to; the current location by default.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    public string Destination { get; set; } = ".";

    /// <summary>The contents of folders too.</summary>
    [Parameter]
    public SwitchParameter Recurse { get; set; }

    /// <summary>Over read-only items too.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Write the copies as objects.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    protected override void ProcessRecord() => ForEachPath(path =>
    {
        if (!ShouldProcess($"Item: {path} Destination: {Destination}", "Copy item"))
            return;
        var copies = InvokeProvider.Item.Copy([path], Destination, Recurse, CopyContainers.CopyTargetContainer, Force, IsLiteral);
        if (PassThru)
            WriteAll(copies);
    });
}
