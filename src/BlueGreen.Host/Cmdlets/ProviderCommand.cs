namespace BlueGreen.Host.Cmdlets;

/// <summary>Base of the commands on items of a provider: what fails for one path is an error, not the end.</summary>
public abstract class ProviderCommand : PSCmdlet
{
    private protected const string PathSet = "Path";
    private protected const string LiteralPathSet = "LiteralPath";

    private protected bool IsLiteral => ParameterSetName == LiteralPathSet;

    private protected void Guard(Action act)
    {
        try
        {
            act();
        }
        catch (RuntimeException failure) when (failure is not PipelineStoppedException)
        {
            WriteError(new ErrorRecord(failure.ErrorRecord, failure));
        }
    }

    private protected void WriteAll<T>(IEnumerable<T> objects)
    {
        foreach (var item in objects)
            WriteObject(item);
    }

    /// <summary>The files that a path means; null when it is not a path of the file system.</summary>
    private protected IReadOnlyList<string>? Files(string path, bool literal)
    {
        ProviderInfo provider;
        IReadOnlyList<string> files = literal
            ? [SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out provider, out _)]
            : SessionState.Path.GetResolvedProviderPathFromPSPath(path, out provider);
        return provider.Name == "FileSystem" ? files : null;
    }
}
