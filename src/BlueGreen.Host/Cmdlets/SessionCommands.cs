using System.Management.Automation.Language;

namespace BlueGreen.Host.Cmdlets;

/// <summary>Invoke-Expression.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "Expression")]
public sealed class InvokeExpressionCommand : PSCmdlet
{
    /// <summary>The text to run.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    public string Command { get; set; } = "";

    protected override void ProcessRecord()
    {
        var script = InvokeCommand.NewScriptBlock(Command);
        foreach (var result in InvokeCommand.InvokeScript(useLocalScope: false, script, input: null, args: []))
            WriteObject(result);
    }
}

/// <summary>Set-Alias.</summary>
[Cmdlet(VerbsCommon.Set, "Alias")]
public sealed class SetAliasCommand : ProviderCommand
{
    /// <summary>The new name.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    public string Name { get; set; } = "";

    /// <summary>The command that it stands for.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    public string Value { get; set; } = "";

    protected override void ProcessRecord() => Guard(() =>
        InvokeProvider.Item.Set([$"Alias:{Name}"], Value, force: true, literalPath: true));
}

/// <summary>Import-PowerShellDataFile: a file's one table, with no code run.</summary>
[Cmdlet(VerbsData.Import, "PowerShellDataFile", DefaultParameterSetName = PathSet)]
[OutputType(typeof(System.Collections.Hashtable))]
public sealed class ImportPowerShellDataFileCommand : PathCommand
{
    protected override void ProcessRecord() => ForEachPath(path =>
    {
        foreach (var file in Files(path, IsLiteral) ?? [])
        {
            var tree = Parser.ParseFile(file, out _, out var mistakes);
            if (mistakes.Length == 0 && tree.Find(node => node is HashtableAst, searchNestedScriptBlocks: false) is HashtableAst table)
                WriteObject(table.SafeGetValue());
            else
                WriteError(new ErrorRecord(
                    new PSInvalidOperationException(
                        $"'{file}' is not a PowerShell data file: {mistakes.FirstOrDefault()?.Message ?? "it has no table"}."),
                    "CouldNotParseAsPowerShellDataFile",
                    ErrorCategory.InvalidData,
                    file));
        }
    });
}
