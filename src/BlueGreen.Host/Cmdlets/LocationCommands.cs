namespace BlueGreen.Host.Cmdlets;

/// <summary>Get-Location.</summary>
[Cmdlet(VerbsCommon.Get, "Location")]
[OutputType(typeof(PathInfo))]
public sealed class GetLocationCommand : PSCmdlet
{
    protected override void EndProcessing() => WriteObject(SessionState.Path.CurrentLocation);
}

/// <summary>Set-Location.</summary>
[Cmdlet(VerbsCommon.Set, "Location", DefaultParameterSetName = PathSet)]
public sealed class SetLocationCommand : ProviderCommand
{
    /// <summary>The new location; wildcards are resolved. The home folder by default.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = PathSet)]
    public string Path { get; set; } = "~";

    /// <summary>The new location, taken as it stands.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = LiteralPathSet)]
    [Alias("PSPath", "LP")]
    public string LiteralPath { get; set; } = "";

    /// <summary>Write the new location as an object.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    protected override void ProcessRecord() => Guard(() =>
    {
        var location = SessionState.Path.SetLocation(IsLiteral ? WildcardPattern.Escape(LiteralPath) : Path);
        if (PassThru)
            WriteObject(location);
    });
}

/// <summary>Push-Location.</summary>
[Cmdlet(VerbsCommon.Push, "Location")]
public sealed class PushLocationCommand : ProviderCommand
{
    /// <summary>The new location; without it the current one is only kept.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("LiteralPath")]
    public string? Path { get; set; }

    protected override void ProcessRecord() => Guard(() =>
    {
        SessionState.Path.PushCurrentLocation(stackName: null);
        if (Path is not null)
            SessionState.Path.SetLocation(Path);
    });
}

/// <summary>Pop-Location.</summary>
[Cmdlet(VerbsCommon.Pop, "Location")]
public sealed class PopLocationCommand : ProviderCommand
{
    protected override void EndProcessing() => Guard(() => SessionState.Path.PopLocation(stackName: null));
}
