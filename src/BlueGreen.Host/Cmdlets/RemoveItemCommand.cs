namespace BlueGreen.Host.Cmdlets;

/// <summary>Remove-Item.</summary>
[Cmdlet(VerbsCommon.Remove, "Item", SupportsShouldProcess = true, DefaultParameterSetName = PathSet)]
public sealed class RemoveItemCommand : PathCommand
{
    /// <summary>The contents of folders too, without a question.</summary>
    [Parameter]
    public SwitchParameter Recurse { get; set; }

    /// <summary>Hidden and read-only items too.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    protected override void ProcessRecord() => ForEachPath(path =>
    {
        foreach (var item in InvokeProvider.Item.Get([path], Force, IsLiteral))
        {
            var target = (string)item.Properties["PSPath"].Value;
            var name = SessionState.Path.GetUnresolvedProviderPathFromPSPath(target);
            if (!ShouldProcess(name, "Remove item") || !MayRemove(item, target, name))
                continue;
            Guard(() => InvokeProvider.Item.Remove([target], recurse: true, Force, literalPath: true));
        }
    });

    private bool MayRemove(PSObject item, string target, string name) =>
        Recurse
        || item.Properties["PSIsContainer"]?.Value is not true
        || !InvokeProvider.ChildItem.HasChild(target, Force, literalPath: true)
        || ShouldContinue(
            $"The item at {name} has children and the Recurse parameter was not specified. All of them will be removed. Continue?",
            "Confirm");
}
