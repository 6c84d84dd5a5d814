namespace BlueGreen.Host.Cmdlets;

/// <summary>Resolve-Path.</summary>
[Cmdlet(VerbsDiagnostic.Resolve, "Path", DefaultParameterSetName = PathSet)]
[OutputType(typeof(PathInfo))]
public sealed class ResolvePathCommand : PathCommand
{
    protected override void ProcessRecord() => ForEachPath(path =>
        WriteAll(SessionState.Path.GetResolvedPSPathFromPSPath(IsLiteral ? WildcardPattern.Escape(path) : path)));
}

/// <summary>Convert-Path: to a path of the provider's own.</summary>
[Cmdlet(VerbsData.Convert, "Path", DefaultParameterSetName = PathSet)]
[OutputType(typeof(string))]
public sealed class ConvertPathCommand : PathCommand
{
    protected override void ProcessRecord() => ForEachPath(path =>
        WriteAll(SessionState.Path.GetResolvedProviderPathFromPSPath(IsLiteral ? WildcardPattern.Escape(path) : path, out _)));
}
