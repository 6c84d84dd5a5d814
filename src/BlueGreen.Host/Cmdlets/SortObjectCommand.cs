namespace BlueGreen.Host.Cmdlets;

/// <summary>Sort-Object; the order is stable.</summary>
[Cmdlet("Sort", "Object")]
public sealed class SortObjectCommand : PSCmdlet
{
    private readonly List<PSObject> _objects = [];

    /// <summary>The objects.</summary>
    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>Names, script blocks, or tables of Expression and Descending; the objects themselves by default.</summary>
    [Parameter(Position = 0)]
    public object[] Property { get; set; } = [];

    /// <summary>The greatest first.</summary>
    [Parameter]
    public SwitchParameter Descending { get; set; }

    /// <summary>Each only once.</summary>
    [Parameter]
    public SwitchParameter Unique { get; set; }

    /// <summary>Capital and small letters differ.</summary>
    [Parameter]
    public SwitchParameter CaseSensitive { get; set; }

    /// <summary>As pwsh's; the order is always stable here.</summary>
    [Parameter]
    public SwitchParameter Stable { get; set; }

    /// <summary>How many from the beginning.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int? Top { get; set; }

    /// <summary>How many from the end.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int? Bottom { get; set; }

    protected override void ProcessRecord()
    {
        if (InputObject is not null)
            _objects.Add(InputObject);
    }

    protected override void EndProcessing()
    {
        var columns = Property.Select(PropertyColumn.From).ToList();
        var keyed = _objects
            .Select(item => (Item: item, Keys: KeysOf(item, columns)))
            .ToList();
        var compare = new KeyComparer([.. columns.Select(column => column.Descending ?? Descending)], Descending, CaseSensitive);

        IEnumerable<(PSObject Item, object?[] Keys)> sorted = keyed.OrderBy(entry => entry.Keys, compare);
        if (Unique)
            sorted = WithoutRepeats(sorted, compare);
        if (Top is { } top)
            sorted = sorted.Take(top);
        if (Bottom is { } bottom)
            sorted = sorted.TakeLast(bottom);
        foreach (var (item, _) in sorted)
            WriteObject(item);
    }

    private static object?[] KeysOf(PSObject item, IReadOnlyCollection<PropertyColumn> columns) =>
        columns.Count == 0 ? [item.BaseObject] : [.. columns.Select(column => column.ValueOf(item))];

    private static IEnumerable<(PSObject Item, object?[] Keys)> WithoutRepeats(
        IEnumerable<(PSObject Item, object?[] Keys)> sorted, KeyComparer compare)
    {
        object?[]? last = null;
        foreach (var entry in sorted)
        {
            if (last is null || compare.Compare(last, entry.Keys) != 0)
                yield return entry;
            last = entry.Keys;
        }
    }

    private sealed class KeyComparer(IReadOnlyList<bool> descending, bool byItemDescending, bool caseSensitive) : IComparer<object?[]>
    {
        public int Compare(object?[]? x, object?[]? y)
        {
            for (var i = 0; i < x!.Length; i++)
            {
                var order = ValueOrder.Compare(x[i], y![i], caseSensitive);
                if (order != 0)
                    return (descending.Count > 0 ? descending[i] : byItemDescending) ? -order : order;
            }

            return 0;
        }
    }
}
