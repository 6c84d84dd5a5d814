using System.Management.Automation.Runspaces;

namespace BlueGreen.Host.Terminal;

/// <summary>What Tab offers, by the engine's own completion.</summary>
internal sealed class Completer(Runspace runspace)
{
    /// <summary>What may stand from <c>Start</c> on, over <c>Length</c> characters; no texts when there is nothing to offer.</summary>
    public (int Start, int Length, IReadOnlyList<string> Texts) Complete(string line, int cursor)
    {
        using var shell = PowerShell.Create(runspace);
        try
        {
            var found = CommandCompletion.CompleteInput(line, cursor, options: null, shell);
            return (found.ReplacementIndex, found.ReplacementLength, [.. found.CompletionMatches.Select(match => match.CompletionText)]);
        }
        catch (RuntimeException)
        {
            return (cursor, 0, []);
        }
    }
}
