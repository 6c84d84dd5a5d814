namespace BlueGreen.Host.Cmdlets;

/// <summary>Get-Item.</summary>
[Cmdlet(VerbsCommon.Get, "Item", DefaultParameterSetName = PathSet)]
public sealed class GetItemCommand : PathCommand
{
    /// <summary>Hidden items too.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    protected override void ProcessRecord() =>
        ForEachPath(path => WriteAll(InvokeProvider.Item.Get([path], Force, IsLiteral)));
}
