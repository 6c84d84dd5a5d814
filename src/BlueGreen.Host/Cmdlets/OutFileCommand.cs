using System.Text;
using BlueGreen.Host.Running;
using Microsoft.PowerShell.Commands.Internal.Format;

namespace BlueGreen.Host.Cmdlets;

/// <summary>Out-File, which is also what <c>&gt;</c> and <c>&gt;&gt;</c> use.</summary>
[Cmdlet(VerbsData.Out, "File", SupportsShouldProcess = true)]
public sealed class OutFileCommand : FrontEndCommandBase
{
    private StreamWriter? _writer;
    private bool _hasOutput;

    /// <summary>Makes the command.</summary>
    public OutFileCommand() => EngineInternals.UseOutput(this);

    /// <summary>The file.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [Alias("Path", "LiteralPath", "PSPath")]
    public string FilePath { get; set; } = "";

    /// <summary>The file's encoding; UTF-8 without a mark by default.</summary>
    [Parameter(Position = 1)]
    [EncodingName]
    public Encoding Encoding { get; set; } = EncodingNameAttribute.Utf8;

    /// <summary>After what the file holds already.</summary>
    [Parameter]
    public SwitchParameter Append { get; set; }

    /// <summary>Over a read-only file too.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>A file that is there already is an error.</summary>
    [Parameter]
    [Alias("NoOverwrite")]
    public SwitchParameter NoClobber { get; set; }

    /// <summary>How wide a line may be; as wide as it is by default.</summary>
    [Parameter]
    [ValidateRange(2, int.MaxValue)]
    public int Width { get; set; } = int.MaxValue;

    /// <summary>No line ends.</summary>
    [Parameter]
    public SwitchParameter NoNewline { get; set; }

    protected override void BeginProcessing()
    {
        if (!ShouldProcess(FilePath, "Output to File"))
            return;
        _writer = Open(SessionState.Path.GetUnresolvedProviderPathFromPSPath(FilePath));
        EngineInternals.SendTo(this, _writer, Width, NoNewline);
        base.BeginProcessing();
    }

    protected override void ProcessRecord()
    {
        if (_writer is null)
            return;
        _hasOutput = true;
        base.ProcessRecord();
        _writer.Flush();
    }

    protected override void EndProcessing()
    {
        // A redirection to which nothing was written ends without having begun to format.
        if (_writer is not null && _hasOutput)
            base.EndProcessing();
        _writer?.Dispose();
    }

    protected override void InternalDispose()
    {
        base.InternalDispose();
        _writer?.Dispose();
    }

    private StreamWriter Open(string file)
    {
        try
        {
            if (Force && File.Exists(file))
                File.SetAttributes(file, File.GetAttributes(file) & ~FileAttributes.ReadOnly);
            var mode = Append ? FileMode.Append : NoClobber ? FileMode.CreateNew : FileMode.Create;
            return new StreamWriter(new FileStream(file, mode, FileAccess.Write, FileShare.Read), Encoding);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            ThrowTerminatingError(new ErrorRecord(failure, "FileOpenFailure", ErrorCategory.OpenError, FilePath));
            throw;
        }
    }
}
