using Newtonsoft.Json;

namespace BlueGreen.Host.Cmdlets;

/// <summary>ConvertTo-Json.</summary>
[Cmdlet(VerbsData.ConvertTo, "Json")]
[OutputType(typeof(string))]
public sealed class ConvertToJsonCommand : PSCmdlet
{
    private readonly List<object?> _objects = [];

    /// <summary>What to write; several objects become a list.</summary>
    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true)]
    [AllowNull]
    public object? InputObject { get; set; }

    /// <summary>How deep to go; what lies below is written as text.</summary>
    [Parameter]
    [ValidateRange(0, 100)]
    public int Depth { get; set; } = 2;

    /// <summary>On one line.</summary>
    [Parameter]
    public SwitchParameter Compress { get; set; }

    /// <summary>A list even for one object.</summary>
    [Parameter]
    public SwitchParameter AsArray { get; set; }

    /// <summary>Enumerations by name.</summary>
    [Parameter]
    public SwitchParameter EnumsAsStrings { get; set; }

    protected override void ProcessRecord() => _objects.Add(InputObject);

    protected override void EndProcessing()
    {
        if (_objects.Count == 0)
            return;
        var value = _objects.Count > 1 || AsArray ? _objects : _objects[0];
        var json = new JsonText(Depth, indent: !Compress, EnumsAsStrings);
        var text = json.Write(value);
        if (json.IsTruncated)
            WriteWarning($"Resulting JSON is truncated as serialization has exceeded the set depth of {Depth}.");
        WriteObject(text);
    }
}

/// <summary>ConvertFrom-Json.</summary>
[Cmdlet(VerbsData.ConvertFrom, "Json")]
[OutputType(typeof(PSObject), typeof(OrderedHashtable))]
public sealed class ConvertFromJsonCommand : PSCmdlet
{
    private readonly List<string> _lines = [];

    /// <summary>The text; lines that come one by one are one text, unless each is a whole one.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [AllowEmptyString]
    public string InputObject { get; set; } = "";

    /// <summary>Tables instead of objects.</summary>
    [Parameter]
    public SwitchParameter AsHashtable { get; set; }

    /// <summary>A list comes out as one object.</summary>
    [Parameter]
    public SwitchParameter NoEnumerate { get; set; }

    /// <summary>How deep the text may go.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int Depth { get; set; } = 1024;

    protected override void ProcessRecord() => _lines.Add(InputObject);

    protected override void EndProcessing()
    {
        if (_lines.Count == 0)
            return;
        // Either each line is a text of its own, or all are one: the first line tells.
        var texts = _lines.Count > 1 && JsonValues.IsWhole(_lines[0]) ? _lines : [string.Join('\n', _lines)];
        foreach (var text in texts.Where(text => !string.IsNullOrWhiteSpace(text)))
        {
            try
            {
                WriteObject(JsonValues.Read(text, AsHashtable, Depth), enumerateCollection: !NoEnumerate);
            }
            catch (JsonException failure)
            {
                var message = $"Conversion from JSON failed with error: {failure.Message}";
                ThrowTerminatingError(new ErrorRecord(
                    new ArgumentException(message, failure), "ConvertFromJsonFailed", ErrorCategory.InvalidArgument, targetObject: null));
            }
        }
    }
}
