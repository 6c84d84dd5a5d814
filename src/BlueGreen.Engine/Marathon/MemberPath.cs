namespace BlueGreen.Engine.Marathon;

/// <summary>One step of a path: into a member, or to an entry of a list.</summary>
internal readonly record struct PathStep(string? Name, int? Index);

/// <summary>The path to a member, such as <c>healthChecks[0].path</c> or <c>labels['a.b']</c>.</summary>
internal sealed record MemberPath(string Text, ImmutableArray<PathStep> Steps, ImmutableArray<int> Ends)
{
    /// <summary>The part of the path before a step; for errors.</summary>
    public string Upto(int step) => step == 0 ? "the definition" : $"'{Text.Substring(0, Ends[step - 1])}'";

    /// <exception cref="BlueGreenException"><c>InvalidPath</c>.</exception>
    public static MemberPath Parse(string text)
    {
        var steps = ImmutableArray.CreateBuilder<PathStep>();
        var ends = ImmutableArray.CreateBuilder<int>();
        for (var at = 0; at < text.Length;)
        {
            if (text[at] == '[')
            {
                steps.Add(Bracket(text, ref at));
            }
            else
            {
                if (at > 0 && text[at++] != '.') throw Invalid(text, at - 1);
                var end = text.IndexOfAny(['.', '['], at);
                if (end < 0) end = text.Length;
                if (end == at) throw Invalid(text, at);
                steps.Add(new PathStep(text.Substring(at, end - at), null));
                at = end;
            }

            ends.Add(at);
        }

        return steps.Count > 0 && steps[0].Name is not null
            ? new MemberPath(text, steps.ToImmutable(), ends.ToImmutable())
            : throw Invalid(text, 0);
    }

    private static PathStep Bracket(string text, ref int at)
    {
        var start = at + 1;
        var quote = start < text.Length && text[start] is '\'' or '"' ? text[start] : '\0';
        var close = quote == '\0' ? text.IndexOf(']', start) : text.IndexOf($"{quote}]", start + 1, StringComparison.Ordinal);
        if (start >= text.Length || close < 0) throw Invalid(text, at);
        var inner = quote == '\0' ? text.Substring(start, close - start) : text.Substring(start + 1, close - start - 1);
        at = close + (quote == '\0' ? 1 : 2);
        if (quote != '\0') return new PathStep(inner, null);
        return inner.Length is > 0 and < 6 && inner.All(c => c is >= '0' and <= '9')
            ? new PathStep(null, int.Parse(inner))
            : throw Invalid(text, start);
    }

    private static BlueGreenException Invalid(string text, int at) => new(
        ErrorKind.InvalidArgument, "InvalidPath", $"'{text}' is not a path: it cannot be read from character {at + 1} on.",
        "Write names with dots between and indexes in brackets, such as healthChecks[0].path; a name with a dot in quotes: labels['a.b'].",
        text);
}
