using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using BlueGreen.Hosting;
using BlueGreen.Session;

namespace BlueGreen.Marathon;

/// <summary>Ids of apps, as last seen: completing never asks the network.</summary>
public sealed class AppIdCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Completions.Matching(wordToComplete, BlueGreenSession.ForCompletion(fakeBoundParameters)?.KnownAppIds ?? []);
}
