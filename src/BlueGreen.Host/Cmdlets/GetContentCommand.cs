using System.Text;

namespace BlueGreen.Host.Cmdlets;

/// <summary>Get-Content.</summary>
[Cmdlet(VerbsCommon.Get, "Content", DefaultParameterSetName = PathSet)]
public sealed class GetContentCommand : PathCommand
{
    /// <summary>The whole as one text.</summary>
    [Parameter]
    public SwitchParameter Raw { get; set; }

    /// <summary>How many lines from the beginning.</summary>
    [Parameter]
    [Alias("First", "Head")]
    [ValidateRange(0, long.MaxValue)]
    public long TotalCount { get; set; } = long.MaxValue;

    /// <summary>How many lines from the end.</summary>
    [Parameter]
    [Alias("Last")]
    [ValidateRange(0, int.MaxValue)]
    public int? Tail { get; set; }

    /// <summary>The encoding of files; UTF-8 by default.</summary>
    [Parameter]
    [EncodingName]
    public Encoding Encoding { get; set; } = EncodingNameAttribute.Utf8;

    protected override void ProcessRecord() => ForEachPath(path =>
    {
        if (Files(path, IsLiteral) is { } files)
        {
            foreach (var file in files)
                ReadFile(path, file);
            return;
        }

        foreach (var reader in InvokeProvider.Content.GetReader([path], force: false, IsLiteral))
        {
            using (reader)
                Write(reader.Read(-1).Cast<object>());
        }
    });

    private void ReadFile(string path, string file)
    {
        try
        {
            if (Raw)
                WriteObject(File.ReadAllText(file, Encoding));
            else
                Write(File.ReadLines(file, Encoding));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            var isMissing = failure is FileNotFoundException or DirectoryNotFoundException;
            var message = isMissing ? $"Cannot find path '{file}' because it does not exist." : failure.Message;
            WriteError(new ErrorRecord(
                isMissing ? new ItemNotFoundException(message) : failure,
                isMissing ? "PathNotFound" : "GetContentReaderIOError",
                isMissing ? ErrorCategory.ObjectNotFound : ErrorCategory.ReadError,
                path));
        }
    }

    private void Write(IEnumerable<object> lines)
    {
        if (Raw)
        {
            WriteObject(string.Join(Environment.NewLine, lines));
            return;
        }

        lines = lines.TakeWhile((_, index) => index < TotalCount);
        WriteAll(Tail is { } tail ? lines.TakeLast(tail) : lines);
    }
}
