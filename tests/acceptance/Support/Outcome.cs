using System.Management.Automation;

namespace BlueGreen.Acceptance.Support;

/// <summary>What came out of a script, stream by stream.</summary>
internal sealed record Outcome(
    IReadOnlyList<PSObject> Output,
    IReadOnlyList<ErrorRecord> Errors,
    IReadOnlyList<string> Warnings,
    IReadOnlyList<string> Verbose,
    IReadOnlyList<string> Debug,
    IReadOnlyList<InformationRecord> Information,
    IReadOnlyList<ProgressRecord> Progress,
    Exception? Failure)
{
    /// <summary>The error that ended the script, or the only one that did not.</summary>
    public ErrorRecord Error => (Failure as RuntimeException)?.ErrorRecord ?? Assert.Single(Errors);

    /// <summary>The id of the error, without the command's name.</summary>
    public string ErrorId => Error.FullyQualifiedErrorId.Split(',')[0];

    /// <summary>The only object that came out.</summary>
    public PSObject Single => Assert.Single(ThrowIfFailed().Output);

    public static Outcome Of(PowerShell shell, Func<IEnumerable<PSObject>> invoke)
    {
        IReadOnlyList<PSObject> output = [];
        Exception? failure = null;
        try
        {
            output = [.. invoke()];
        }
        catch (Exception error) when (error is RuntimeException or PipelineStoppedException)
        {
            failure = error;
        }

        var streams = shell.Streams;
        return new Outcome(
            output, [.. streams.Error], [.. streams.Warning.Select(r => r.Message)], [.. streams.Verbose.Select(r => r.Message)],
            [.. streams.Debug.Select(r => r.Message)], [.. streams.Information], [.. streams.Progress], failure);
    }

    /// <summary>Values of one property of everything that came out.</summary>
    public IReadOnlyList<T> Get<T>(string property) => [.. ThrowIfFailed().Output.Select(o => (T)o.Properties[property].Value)];

    public Outcome ThrowIfFailed()
    {
        if (Failure is not null) throw new InvalidOperationException($"The script ended with an error: {Failure.Message}", Failure);
        return Errors.Count == 0 ? this : throw new InvalidOperationException($"The script had an error: {Errors[0]}", Errors[0].Exception);
    }
}
