namespace BlueGreen.Host.Cmdlets;

/// <summary>Get-Variable.</summary>
[Cmdlet(VerbsCommon.Get, "Variable")]
public sealed class GetVariableCommand : ProviderCommand
{
    /// <summary>Names; wildcards are resolved.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    public string[] Name { get; set; } = ["*"];

    /// <summary>Values only.</summary>
    [Parameter]
    public SwitchParameter ValueOnly { get; set; }

    protected override void ProcessRecord()
    {
        foreach (var name in Name)
        {
            if (WildcardPattern.ContainsWildcardCharacters(name))
                Guard(() => WriteVariables(Matching(name)));
            else if (SessionState.PSVariable.Get(name) is { } variable)
                WriteVariables([variable]);
            else
                WriteError(new ErrorRecord(
                    new ItemNotFoundException($"Cannot find a variable with the name '{name}'."),
                    "VariableNotFound",
                    ErrorCategory.ObjectNotFound,
                    name));
        }
    }

    private IEnumerable<PSVariable> Matching(string pattern) =>
        InvokeProvider.ChildItem.Get($"Variable:{pattern}", recurse: false).Select(item => (PSVariable)item.BaseObject);

    private void WriteVariables(IEnumerable<PSVariable> variables)
    {
        foreach (var variable in variables.OrderBy(variable => variable.Name, StringComparer.OrdinalIgnoreCase))
            WriteObject(ValueOnly ? variable.Value : variable);
    }
}

/// <summary>Set-Variable, in the scope of its caller or in a named one.</summary>
[Cmdlet(VerbsCommon.Set, "Variable")]
public sealed class SetVariableCommand : PSCmdlet
{
    private readonly List<object?> _piped = [];

    /// <summary>Names.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    public string[] Name { get; set; } = [];

    /// <summary>The value.</summary>
    [Parameter(Position = 1, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    public object? Value { get; set; }

    /// <summary>Global, Script, Local or Private.</summary>
    [Parameter]
    [ValidateSet("Global", "Script", "Local", "Private")]
    public string? Scope { get; set; }

    protected override void ProcessRecord() => _piped.Add(Value);

    protected override void EndProcessing()
    {
        var value = _piped.Count == 1 ? _piped[0] : _piped.ToArray();
        foreach (var name in Name)
            SessionState.PSVariable.Set(Scope is null ? name : $"{Scope}:{name}", value);
    }
}

/// <summary>Remove-Variable.</summary>
[Cmdlet(VerbsCommon.Remove, "Variable")]
public sealed class RemoveVariableCommand : ProviderCommand
{
    /// <summary>Names; wildcards are resolved.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    public string[] Name { get; set; } = [];

    /// <summary>Read-only ones too.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    protected override void ProcessRecord()
    {
        foreach (var name in Name)
            Guard(() => InvokeProvider.Item.Remove([$"Variable:{name}"], recurse: false, Force, literalPath: false));
    }
}
