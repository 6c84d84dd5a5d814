using System.Management.Automation.Runspaces;

namespace BlueGreen.Host.CommandLine;

/// <summary>Turns the words after a script's name into parameters, by pwsh's rules for <c>-File</c>: words stay text.</summary>
internal static class ScriptArguments
{
    public static IReadOnlyList<CommandParameter> Read(IEnumerable<string> words)
    {
        var parameters = new List<CommandParameter>();
        string? pending = null;
        foreach (var word in words)
        {
            if (pending is not null)
            {
                parameters.Add(new CommandParameter(pending, word));
                pending = null;
            }
            else if (!IsName(word))
            {
                parameters.Add(new CommandParameter(null, word));
            }
            else if (word.IndexOf(':', StringComparison.Ordinal) is var colon and > 0)
            {
                if (colon == word.Length - 1)
                    pending = word[..colon];
                else
                    parameters.Add(new CommandParameter(word[..colon], ValueAfterColon(word[(colon + 1)..])));
            }
            else
            {
                parameters.Add(new CommandParameter(word));
            }
        }

        if (pending is not null)
            parameters.Add(new CommandParameter(pending));
        return parameters;
    }

    private static bool IsName(string word) => word.Length > 1 && word[0] == '-' && !char.IsAsciiDigit(word[1]) && word[1] != '.';

    // The only values that do not stay text: a switch needs a way to be turned off.
    private static object ValueAfterColon(string value) => value.ToUpperInvariant() switch
    {
        "$TRUE" or "TRUE" => true,
        "$FALSE" or "FALSE" => false,
        _ => value,
    };
}
