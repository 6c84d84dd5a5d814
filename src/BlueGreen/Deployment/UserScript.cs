using System.Management.Automation;
using BlueGreen.Hosting;

namespace BlueGreen.Deployment;

/// <summary>A script block of the user's that is asked something. It runs on the pipeline's thread, in the runspace of the cmdlet.</summary>
internal sealed class UserScript(ScriptBlock script, IPipelineThread pipeline)
{
    /// <summary>Null unless it puts out <c>$false</c> or has an error; then, in words, which of the two.</summary>
    /// <param name="cancellationToken">Ends the wait for its turn.</param>
    /// <param name="arguments">What it gets; the first of them is <c>$_</c> too.</param>
    public Task<string?> RefuseAsync(CancellationToken cancellationToken, params object?[] arguments) =>
        AskAsync(output => output.Any(o => o?.BaseObject is false) ? $"{Text()} says $false" : null, error => error, cancellationToken, arguments);

    /// <summary>What is read off its output, or made of its error.</summary>
    public Task<T> AskAsync<T>(
        Func<IReadOnlyList<PSObject?>, T> read, Func<string, T> failed, CancellationToken cancellationToken, params object?[] arguments) =>
        // An exception on the pipeline's thread would end the cmdlet.
        pipeline.RunAsync(() => Run(arguments) is var (output, error) && output is not null ? read(output) : failed(error!), cancellationToken);

    private (IReadOnlyList<PSObject?>? Output, string? Error) Run(object?[] arguments)
    {
        try
        {
            // An error that its commands would only report is to stop it: what it was to find out, it has not found out.
            List<PSVariable> variables = [new("ErrorActionPreference", ActionPreference.Stop), new("_", arguments.FirstOrDefault())];
            return ([.. script.InvokeWithContext(null, variables, arguments)], null);
        }
        catch (RuntimeException error) when (error is not PipelineStoppedException)
        {
            return (null, (error as ActionPreferenceStopException)?.ErrorRecord.ToString() ?? error.Message);
        }
    }

    private string Text()
    {
        const int Enough = 60;
        var text = string.Join(" ", script.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return text.Length <= Enough ? $"{{ {text} }}" : $"{{ {text.Substring(0, Enough)}... }}";
    }
}
