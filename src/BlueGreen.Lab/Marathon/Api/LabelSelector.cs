using System.Text.RegularExpressions;

namespace BlueGreen.Lab.Marathon.Api;

/// <summary>
/// The <c>label</c> filter: selectors that must all hold, separated by commas. One selector is <c>a</c>, <c>a == b</c>,
/// <c>a != b</c>, <c>a in (b, c)</c> or <c>a notin (b, c)</c>; other characters than <c>-A-Za-z0-9_.</c> are escaped by a
/// backslash. Source: <c>LabelSelector.scala</c> of mesosphere/marathon at 90619da.
/// </summary>
internal static partial class LabelSelector
{
    public static Func<IReadOnlyDictionary<string, string>, bool> Parse(string text)
    {
        var selectors = new List<Func<IReadOnlyDictionary<string, string>, bool>>();
        var position = 0;
        while (position < text.Length)
        {
            if (Selector().Match(text, position) is not { Success: true } match)
                throw ApiException.Unprocessable($"Can not parse label selector {text}. Reason: unexpected text at position {position}");
            selectors.Add(ToPredicate(match));
            position += match.Length;
            if (position == text.Length) break;
            if (text[position] != ',' || ++position == text.Length)
                throw ApiException.Unprocessable($"Can not parse label selector {text}. Reason: unexpected text at position {position}");
        }

        return labels => selectors.TrueForAll(selector => selector(labels));
    }

    private static Func<IReadOnlyDictionary<string, string>, bool> ToPredicate(Match match)
    {
        var label = Unescape(match.Groups["label"].Value);
        var values = match.Groups["value"].Captures.Select(c => Unescape(c.Value)).ToHashSet();
        // Every selector wants the label to be there, the negative ones too.
        return match.Groups["op"].Value switch
        {
            "" => labels => labels.ContainsKey(label),
            "==" or "in" => labels => labels.TryGetValue(label, out var value) && values.Contains(value),
            _ => labels => labels.TryGetValue(label, out var value) && !values.Contains(value),
        };
    }

    private static string Unescape(string term) => Escape().Replace(term, "$1");

    private const string Term = @"(?:\\.|[-A-Za-z0-9_.])+";

    [GeneratedRegex(
        @"\G\s*(?<label>" + Term + @")\s*" +
        @"(?:(?<op>==|!=)\s*(?<value>" + Term + @")|(?<op>in|notin)\s*\(\s*(?:(?<value>" + Term + @")\s*(?:,\s*(?<value>" + Term + @")\s*)*)?\))?\s*")]
    private static partial Regex Selector();

    [GeneratedRegex(@"\\(.)")]
    private static partial Regex Escape();
}
