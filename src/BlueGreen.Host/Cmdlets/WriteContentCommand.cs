using System.Text;

namespace BlueGreen.Host.Cmdlets;

/// <summary>Base of the commands that write the pipeline's objects as lines.</summary>
public abstract class WriteContentCommand : ProviderCommand
{
    private readonly List<object?> _values = [];

    /// <summary>Paths; wildcards are resolved.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true, ParameterSetName = PathSet)]
    public string[] Path { get; set; } = [];

    /// <summary>Paths, taken as they stand.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = LiteralPathSet)]
    [Alias("PSPath", "LP")]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>What to write, a line an object.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [AllowNull, AllowEmptyString, AllowEmptyCollection]
    public object?[]? Value { get; set; }

    /// <summary>No line end after each object.</summary>
    [Parameter]
    public SwitchParameter NoNewline { get; set; }

    /// <summary>The encoding of files; UTF-8 without a mark by default.</summary>
    [Parameter]
    [EncodingName]
    public Encoding Encoding { get; set; } = EncodingNameAttribute.Utf8;

    private protected abstract bool Append { get; }

    protected override void ProcessRecord() => _values.AddRange(Value ?? []);

    protected override void EndProcessing()
    {
        foreach (var path in IsLiteral ? LiteralPath : Path)
        {
            if (ShouldProcess(path, Append ? "Add content" : "Set content"))
                Guard(() => Write(path));
        }
    }

    private void Write(string path)
    {
        var isPattern = !IsLiteral && WildcardPattern.ContainsWildcardCharacters(path);
        if (Files(path, literal: !isPattern) is { } files)
        {
            foreach (var file in files)
                WriteFile(file);
            return;
        }

        if (!Append)
            InvokeProvider.Content.Clear([path], force: false, IsLiteral);
        foreach (var writer in InvokeProvider.Content.GetWriter([path], force: false, IsLiteral))
        {
            using (writer)
                writer.Write(_values);
        }
    }

    private void WriteFile(string file)
    {
        try
        {
            using var writer = new StreamWriter(file, Append, Encoding);
            foreach (var value in _values)
            {
                writer.Write(LanguagePrimitives.ConvertTo<string>(value));
                if (!NoNewline)
                    writer.WriteLine();
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            WriteError(new ErrorRecord(failure, "GetContentWriterIOError", ErrorCategory.WriteError, file));
        }
    }
}

/// <summary>Set-Content.</summary>
[Cmdlet(VerbsCommon.Set, "Content", SupportsShouldProcess = true, DefaultParameterSetName = PathSet)]
public sealed class SetContentCommand : WriteContentCommand
{
    private protected override bool Append => false;
}

/// <summary>Add-Content.</summary>
[Cmdlet(VerbsCommon.Add, "Content", SupportsShouldProcess = true, DefaultParameterSetName = PathSet)]
public sealed class AddContentCommand : WriteContentCommand
{
    private protected override bool Append => true;
}
