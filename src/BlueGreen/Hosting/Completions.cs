using System.Management.Automation;
using System.Management.Automation.Language;

namespace BlueGreen.Hosting;

/// <summary>Makes completion results of plain values.</summary>
internal static class Completions
{
    /// <summary>The values that begin with what was typed, or contain it; quoted where PowerShell needs it.</summary>
    public static IEnumerable<CompletionResult> Matching(string? typed, IEnumerable<string> values)
    {
        var word = (typed ?? "").Trim('\'', '"');
        return values
            .Where(v => v.IndexOf(word, StringComparison.OrdinalIgnoreCase) >= 0)
            .Distinct(StringComparer.Ordinal)
            .OrderBy(v => !v.TrimStart('/').StartsWith(word.TrimStart('/'), StringComparison.OrdinalIgnoreCase))
            .ThenBy(v => v, StringComparer.Ordinal)
            .Select(v => new CompletionResult(Quote(v), v, CompletionResultType.ParameterValue, v));
    }

    private static string Quote(string value) =>
        value.All(c => char.IsLetterOrDigit(c) || c is '/' or '-' or '_' or '.' or ':')
            ? value
            : $"'{CodeGeneration.EscapeSingleQuotedStringContent(value)}'";
}
