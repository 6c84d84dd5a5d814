namespace BlueGreen.Host.Cmdlets;

/// <summary>What Measure-Object found out; what was not asked for is null.</summary>
/// <param name="Count">How many objects had the value.</param>
/// <param name="Average">Their mean.</param>
/// <param name="Sum">Their sum.</param>
/// <param name="Maximum">The greatest.</param>
/// <param name="Minimum">The smallest.</param>
/// <param name="StandardDeviation">The deviation of the sample.</param>
/// <param name="Property">The property measured; null for the objects themselves.</param>
public sealed record MeasureInfo(
    int Count, double? Average, double? Sum, object? Maximum, object? Minimum, double? StandardDeviation, string? Property);

/// <summary>Measure-Object, for numbers and whatever else can be compared.</summary>
[Cmdlet(VerbsDiagnostic.Measure, "Object")]
[OutputType(typeof(MeasureInfo))]
public sealed class MeasureObjectCommand : PSCmdlet
{
    private readonly List<PSObject> _objects = [];

    /// <summary>The objects.</summary>
    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>The properties to measure; the objects themselves by default.</summary>
    [Parameter(Position = 0)]
    public string[] Property { get; set; } = [];

    /// <summary>Add up.</summary>
    [Parameter]
    public SwitchParameter Sum { get; set; }

    /// <summary>Take the mean.</summary>
    [Parameter]
    public SwitchParameter Average { get; set; }

    /// <summary>Find the greatest.</summary>
    [Parameter]
    public SwitchParameter Maximum { get; set; }

    /// <summary>Find the smallest.</summary>
    [Parameter]
    public SwitchParameter Minimum { get; set; }

    /// <summary>Take the deviation of the sample.</summary>
    [Parameter]
    public SwitchParameter StandardDeviation { get; set; }

    /// <summary>All of it.</summary>
    [Parameter]
    public SwitchParameter AllStats { get; set; }

    protected override void ProcessRecord()
    {
        if (InputObject is not null)
            _objects.Add(InputObject);
    }

    protected override void EndProcessing()
    {
        if (Property.Length == 0)
            WriteObject(Measure(property: null, [.. _objects.Select(item => item.BaseObject)]));
        foreach (var property in Property)
        {
            var found = _objects.Select(item => item.Properties[property]).Where(member => member?.Value is not null).ToArray();
            if (found.Length > 0 || _objects.Count == 0)
            {
                WriteObject(Measure(found.FirstOrDefault()?.Name ?? property, [.. found.Select(member => member!.Value)]));
                continue;
            }

            WriteError(new ErrorRecord(
                new PSArgumentException($"The property \"{property}\" cannot be found in the input for any objects."),
                "GenericMeasurePropertyNotFound",
                ErrorCategory.InvalidArgument,
                targetObject: null));
        }
    }

    private MeasureInfo Measure(string? property, object[] values)
    {
        var wantsNumbers = Sum || Average || StandardDeviation || AllStats;
        var numbers = wantsNumbers ? Numbers(values) : [];
        var mean = numbers.Count > 0 ? numbers.Average() : (double?)null;
        return new MeasureInfo(
            values.Length,
            Average || AllStats ? mean : null,
            Sum || AllStats ? numbers.Sum() : null,
            Maximum || AllStats ? Extreme(values, sign: 1) : null,
            Minimum || AllStats ? Extreme(values, sign: -1) : null,
            (StandardDeviation || AllStats) && mean is { } m ? Deviation(numbers, m) : null,
            property);
    }

    private List<double> Numbers(object[] values)
    {
        var numbers = new List<double>();
        foreach (var value in values)
        {
            if (LanguagePrimitives.TryConvertTo<double>(value, out var number))
            {
                numbers.Add(number);
                continue;
            }

            WriteError(new ErrorRecord(
                new PSInvalidCastException($"Input object \"{value}\" is not numeric."),
                "NonNumericInputObject",
                ErrorCategory.InvalidType,
                value));
        }

        return numbers;
    }

    private static object? Extreme(IEnumerable<object> values, int sign)
    {
        object? best = null;
        foreach (var value in values)
        {
            if (best is null || Math.Sign(LanguagePrimitives.Compare(value, best, ignoreCase: true)) == sign)
                best = value;
        }

        // Numbers come out as one type, whichever they went in as.
        return LanguagePrimitives.TryConvertTo<double>(best, out var number) && best is not string and not DateTime ? number : best;
    }

    private static double Deviation(List<double> numbers, double mean) =>
        numbers.Count < 2 ? 0 : Math.Sqrt(numbers.Sum(number => Math.Pow(number - mean, 2)) / (numbers.Count - 1));
}
