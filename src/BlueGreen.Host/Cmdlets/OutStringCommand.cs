using BlueGreen.Host.Running;
using Microsoft.PowerShell.Commands.Internal.Format;

namespace BlueGreen.Host.Cmdlets;

/// <summary>Out-String.</summary>
[Cmdlet(VerbsData.Out, "String", DefaultParameterSetName = "NoNewLine")]
[OutputType(typeof(string))]
public sealed class OutStringCommand : FrontEndCommandBase
{
    private readonly StringWriter _text = new();

    /// <summary>Makes the command.</summary>
    public OutStringCommand() => EngineInternals.UseOutput(this);

    /// <summary>A text a line, instead of one for all.</summary>
    [Parameter(ParameterSetName = "Stream")]
    public SwitchParameter Stream { get; set; }

    /// <summary>How wide a line may be; as wide as it is by default.</summary>
    [Parameter]
    [ValidateRange(2, int.MaxValue)]
    public int Width { get; set; } = int.MaxValue;

    /// <summary>No line ends.</summary>
    [Parameter(ParameterSetName = "NoNewLine")]
    public SwitchParameter NoNewline { get; set; }

    protected override void BeginProcessing()
    {
        EngineInternals.SendTo(this, _text, Width, NoNewline);
        base.BeginProcessing();
    }

    protected override void ProcessRecord()
    {
        base.ProcessRecord();
        if (Stream)
            WriteLines();
    }

    protected override void EndProcessing()
    {
        base.EndProcessing();
        if (Stream)
            WriteLines();
        else
            WriteObject(_text.ToString());
    }

    private void WriteLines()
    {
        using var lines = new StringReader(_text.ToString());
        _text.GetStringBuilder().Clear();
        while (lines.ReadLine() is { } line)
            WriteObject(line);
    }
}
