using DriveNotFoundException = System.Management.Automation.DriveNotFoundException;

namespace BlueGreen.Host.Cmdlets;

/// <summary>What kind of item Test-Path looks for.</summary>
public enum TestPathType
{
    /// <summary>Any.</summary>
    Any,

    /// <summary>One that can hold others, such as a folder.</summary>
    Container,

    /// <summary>One that cannot, such as a file.</summary>
    Leaf,
}

/// <summary>Test-Path.</summary>
[Cmdlet(VerbsDiagnostic.Test, "Path", DefaultParameterSetName = PathSet)]
[OutputType(typeof(bool))]
public sealed class TestPathCommand : ProviderCommand
{
    /// <summary>Paths; wildcards are resolved.</summary>
    [Parameter(
        Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = PathSet)]
    [AllowNull, AllowEmptyString, AllowEmptyCollection]
    public string?[] Path { get; set; } = [];

    /// <summary>Paths, taken as they stand.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = LiteralPathSet)]
    [Alias("PSPath", "LP")]
    [AllowNull, AllowEmptyString, AllowEmptyCollection]
    public string?[] LiteralPath { get; set; } = [];

    /// <summary>The kind of item.</summary>
    [Parameter]
    [Alias("Type")]
    public TestPathType PathType { get; set; }

    protected override void ProcessRecord()
    {
        foreach (var path in IsLiteral ? LiteralPath : Path)
            WriteObject(!string.IsNullOrWhiteSpace(path) && IsThere(path));
    }

    private bool IsThere(string path)
    {
        try
        {
            return InvokeProvider.Item.Exists(path, force: true, IsLiteral) && PathType switch
            {
                TestPathType.Any => true,
                TestPathType.Container => IsContainer(path),
                _ => !IsContainer(path),
            };
        }
        catch (RuntimeException failure) when (failure is DriveNotFoundException or ProviderNotFoundException or ItemNotFoundException)
        {
            return false;
        }
    }

    private bool IsContainer(string path) =>
        InvokeProvider.Item.IsContainer(IsLiteral ? WildcardPattern.Escape(path) : path);
}
