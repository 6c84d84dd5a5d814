using System.Collections;

namespace BlueGreen.Host.Cmdlets;

/// <summary>Write-Host: to the information stream, which the host shows.</summary>
[Cmdlet(VerbsCommunications.Write, "Host")]
public sealed class WriteHostCommand : PSCmdlet
{
    /// <summary>What to show.</summary>
    [Parameter(Position = 0, ValueFromRemainingArguments = true, ValueFromPipeline = true)]
    [Alias("Msg", "Message")]
    public object? Object { get; set; }

    /// <summary>No line end.</summary>
    [Parameter]
    public SwitchParameter NoNewline { get; set; }

    /// <summary>What stands between the elements of a collection.</summary>
    [Parameter]
    public object Separator { get; set; } = " ";

    /// <summary>The text's colour; the terminal's own by default.</summary>
    [Parameter]
    public ConsoleColor? ForegroundColor { get; set; }

    /// <summary>The colour behind the text.</summary>
    [Parameter]
    public ConsoleColor? BackgroundColor { get; set; }

    protected override void ProcessRecord()
    {
        var message = new HostInformationMessage { Message = Text(Object), NoNewLine = NoNewline };
        // The engine takes black for a colour that is missing beside another.
        if (ForegroundColor is not null || BackgroundColor is not null)
        {
            message.ForegroundColor = ForegroundColor ?? Host.UI.RawUI.ForegroundColor;
            message.BackgroundColor = BackgroundColor ?? Host.UI.RawUI.BackgroundColor;
        }

        WriteInformation(message, ["PSHOST"]);
    }

    private string Text(object? value)
    {
        value = value is PSObject wrapped ? wrapped.BaseObject : value;
        return value is IEnumerable items and not (string or IDictionary)
            ? string.Join(LanguagePrimitives.ConvertTo<string>(Separator), items.Cast<object?>().Select(Text))
            : LanguagePrimitives.ConvertTo<string>(value);
    }
}
