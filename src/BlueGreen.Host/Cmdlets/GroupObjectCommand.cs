using System.Collections;
using System.Collections.ObjectModel;

namespace BlueGreen.Host.Cmdlets;

/// <summary>Group-Object.</summary>
[Cmdlet(VerbsData.Group, "Object", DefaultParameterSetName = "Objects")]
[OutputType(typeof(Hashtable))]
public sealed class GroupObjectCommand : PSCmdlet
{
    private readonly List<(object?[] Keys, Collection<PSObject> Members)> _groups = [];
    private List<PropertyColumn> _columns = [];

    /// <summary>The objects.</summary>
    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>What to group by: names, script blocks, or tables with an Expression. The objects themselves by default.</summary>
    [Parameter(Position = 0)]
    public object[] Property { get; set; } = [];

    /// <summary>Counts only.</summary>
    [Parameter(ParameterSetName = "Objects")]
    public SwitchParameter NoElement { get; set; }

    /// <summary>A table from value to members, instead of objects.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Table")]
    [Alias("AHT")]
    public SwitchParameter AsHashTable { get; set; }

    /// <summary>The table's keys are text.</summary>
    [Parameter(ParameterSetName = "Table")]
    public SwitchParameter AsString { get; set; }

    /// <summary>Capital and small letters differ.</summary>
    [Parameter]
    public SwitchParameter CaseSensitive { get; set; }

    protected override void BeginProcessing() => _columns = [.. Property.Select(PropertyColumn.From)];

    protected override void ProcessRecord()
    {
        if (InputObject is not { } item)
            return;
        object?[] keys = _columns.Count == 0 ? [item.BaseObject] : [.. _columns.Select(column => column.ValueOf(item))];
        var at = _groups.FindIndex(group => CompareKeys(group.Keys, keys) == 0);
        if (at < 0)
            _groups.Add((keys, [item]));
        else
            _groups[at].Members.Add(item);
    }

    protected override void EndProcessing()
    {
        if (AsHashTable)
        {
            WriteObject(Table());
            return;
        }

        foreach (var group in _groups.OrderBy(group => group.Keys, Comparer<object?[]>.Create(CompareKeys)))
            WriteObject(GroupInfo(group.Keys, group.Members));
    }

    private int CompareKeys(object?[]? x, object?[]? y) =>
        x!.Zip(y!).Select(pair => ValueOrder.Compare(pair.First, pair.Second, CaseSensitive)).FirstOrDefault(order => order != 0);

    private Hashtable Table()
    {
        var table = new Hashtable(CaseSensitive ? StringComparer.CurrentCulture : StringComparer.CurrentCultureIgnoreCase);
        foreach (var (keys, members) in _groups)
            table[AsString || keys.Length > 1 ? NameOf(keys) : keys[0] ?? ""] = members;
        return table;
    }

    // The engine brings a view for this name.
    private PSObject GroupInfo(object?[] keys, Collection<PSObject> members)
    {
        var info = new PSObject();
        info.TypeNames.Insert(0, "Microsoft.PowerShell.Commands.GroupInfo");
        info.Properties.Add(new PSNoteProperty("Count", members.Count));
        info.Properties.Add(new PSNoteProperty("Name", NameOf(keys)));
        info.Properties.Add(new PSNoteProperty("Group", NoElement ? new Collection<PSObject>() : members));
        info.Properties.Add(new PSNoteProperty("Values", keys));
        return info;
    }

    private static string NameOf(object?[] keys) => string.Join(", ", keys.Select(key => LanguagePrimitives.ConvertTo<string>(key)));
}
