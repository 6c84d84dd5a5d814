using BlueGreen.Host.Running;
using Microsoft.PowerShell.Commands;

namespace BlueGreen.Host.Cmdlets;

/// <summary>Select-Object.</summary>
[Cmdlet(VerbsCommon.Select, "Object")]
public sealed class SelectObjectCommand : PSCmdlet
{
    private readonly Queue<PSObject> _held = new();
    private readonly List<PSObject> _written = [];
    private List<PropertyColumn> _columns = [];
    private WildcardPattern[] _excluded = [];
    private int _taken;
    private int _skipped;

    /// <summary>The objects.</summary>
    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>The properties of the new objects: names with wildcards, script blocks, or tables of Name and Expression.</summary>
    [Parameter(Position = 0)]
    public object[] Property { get; set; } = [];

    /// <summary>Properties to leave out; wildcards are allowed.</summary>
    [Parameter]
    public string[] ExcludeProperty { get; set; } = [];

    /// <summary>The property whose values come out, instead of objects that have it.</summary>
    [Parameter]
    public string? ExpandProperty { get; set; }

    /// <summary>Each only once.</summary>
    [Parameter]
    public SwitchParameter Unique { get; set; }

    /// <summary>How many from the beginning; the commands before this one are then ended.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int? First { get; set; }

    /// <summary>How many from the end.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int? Last { get; set; }

    /// <summary>How many to pass over: at the beginning, or with <see cref="Last"/> at the end.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int Skip { get; set; }

    /// <summary>How many to pass over at the end.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int SkipLast { get; set; }

    protected override void BeginProcessing()
    {
        _columns = [.. Property.Select(PropertyColumn.From)];
        if (_columns.Count == 0 && ExcludeProperty.Length > 0)
            _columns.Add(PropertyColumn.From("*"));
        _excluded = [.. ExcludeProperty.Select(name => new WildcardPattern(name, WildcardOptions.IgnoreCase))];
    }

    protected override void ProcessRecord()
    {
        if (InputObject is null)
            return;
        if (Last is not null)
            HoldLast(InputObject);
        else if (_skipped < Skip)
            _skipped++;
        else if (SkipLast > 0)
            PassAllButLast(InputObject);
        else
            TakeFirst(InputObject);
    }

    protected override void EndProcessing()
    {
        if (Last is not { } last)
            return;
        foreach (var item in _held.Take(Math.Max(0, _held.Count - Skip)).TakeLast(last))
            Write(item);
    }

    private void HoldLast(PSObject item)
    {
        // First and Last together: what First took is not offered again.
        if (First is { } first && _taken < first)
        {
            _taken++;
            Write(item);
            return;
        }

        _held.Enqueue(item);
        if (_held.Count > (long)Last!.Value + Skip)
            _held.Dequeue();
    }

    private void PassAllButLast(PSObject item)
    {
        _held.Enqueue(item);
        if (_held.Count > SkipLast)
            TakeFirst(_held.Dequeue());
    }

    private void TakeFirst(PSObject item)
    {
        if (First is not { } first)
        {
            Write(item);
            return;
        }

        if (_taken < first)
        {
            _taken++;
            Write(item);
        }

        if (_taken >= first)
            throw EngineInternals.StopUpstream(this);
    }

    private void Write(PSObject item)
    {
        var selected = _columns.Count > 0 && ExpandProperty is null ? Project(item) : item;
        if (ExpandProperty is null)
            WriteOnce(selected);
        else
            Expand(item, ExpandProperty);
    }

    private PSObject Project(PSObject item)
    {
        var projection = new PSObject();
        projection.TypeNames.Insert(0, $"Selected.{item.TypeNames.FirstOrDefault() ?? "System.Object"}");
        AddColumns(item, projection);
        return projection;
    }

    private void AddColumns(PSObject item, PSObject target)
    {
        foreach (var column in _columns)
        {
            var expressions = column.Expression.HasWildCardCharacters ? column.Expression.ResolveNames(item) : [column.Expression];
            foreach (var expression in expressions)
            {
                var name = column.Name ?? expression.ToString();
                if (_excluded.Any(pattern => pattern.IsMatch(name)) || target.Properties[name] is not null)
                    continue;
                var value = expression.GetValues(item).FirstOrDefault(result => result.Exception is null)?.Result;
                target.Properties.Add(new PSNoteProperty(name, value));
            }
        }
    }

    private void Expand(PSObject item, string property)
    {
        var results = new PSPropertyExpression(property).GetValues(item);
        if (results.Count == 0)
        {
            WriteError(new ErrorRecord(
                new PSArgumentException($"Property \"{property}\" cannot be found."),
                "ExpandPropertyNotFound",
                ErrorCategory.InvalidArgument,
                item));
            return;
        }

        foreach (var result in results.Where(result => result.Exception is null))
        {
            var values = LanguagePrimitives.GetEnumerable(result.Result) ?? new[] { result.Result };
            foreach (var value in values)
            {
                if (value is null)
                    continue;
                var expanded = PSObject.AsPSObject(value);
                if (_columns.Count > 0)
                    AddColumns(item, expanded);
                WriteOnce(expanded);
            }
        }
    }

    private void WriteOnce(PSObject item)
    {
        if (Unique)
        {
            if (_written.Exists(other => AreSame(other, item)))
                return;
            _written.Add(item);
        }

        WriteObject(item);
    }

    private static bool AreSame(PSObject one, PSObject other)
    {
        if (one.BaseObject is not PSCustomObject || other.BaseObject is not PSCustomObject)
            return LanguagePrimitives.Equals(one.BaseObject, other.BaseObject);
        var (left, right) = (one.Properties.ToList(), other.Properties.ToList());
        return left.Count == right.Count
            && left.Zip(right).All(pair =>
                pair.First.Name == pair.Second.Name && LanguagePrimitives.Equals(pair.First.Value, pair.Second.Value));
    }
}
