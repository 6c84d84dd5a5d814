using System.Collections;
using System.Management.Automation.Runspaces;

namespace BlueGreen.Host.Cmdlets;

/// <summary>New-Object, for .NET types.</summary>
[Cmdlet(VerbsCommon.New, "Object")]
public sealed class NewObjectCommand : PSCmdlet
{
    /// <summary>The type's name.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    public string TypeName { get; set; } = "";

    /// <summary>The constructor's arguments.</summary>
    [Parameter(Position = 1)]
    [Alias("Args")]
    public object[] ArgumentList { get; set; } = [];

    /// <summary>Values for the new object's properties.</summary>
    [Parameter]
    public IDictionary? Property { get; set; }

    protected override void EndProcessing()
    {
        if (!LanguagePrimitives.TryConvertTo<Type>(TypeName, out var type))
        {
            ThrowTerminatingError(new ErrorRecord(
                new PSArgumentException($"Cannot find type [{TypeName}]: verify that the assembly containing this type is loaded."),
                "TypeNotFound",
                ErrorCategory.InvalidType,
                TypeName));
        }

        // The engine's own choice among constructors, with its conversions; in a table, since a list would be taken apart.
        var table = (Hashtable)InvokeCommand.InvokeScript(
            """
            param($type, $values)
            @{ Made = if ($values.Count -or -not $type.IsValueType) { , $type::new.Invoke($values) } else { [Activator]::CreateInstance($type) } }
            """,
            useNewScope: true,
            PipelineResultTypes.None,
            input: null,
            type,
            ArgumentList)[0].BaseObject;
        var made = PSObject.AsPSObject(table["Made"]!);
        foreach (DictionaryEntry entry in Property ?? new Hashtable())
            SetProperty(made, LanguagePrimitives.ConvertTo<string>(entry.Key), entry.Value);
        WriteObject(made, enumerateCollection: false);
    }

    private static void SetProperty(PSObject item, string name, object? value)
    {
        if (item.Properties[name] is { } property)
            property.Value = value;
        else
            item.Properties.Add(new PSNoteProperty(name, value));
    }
}
