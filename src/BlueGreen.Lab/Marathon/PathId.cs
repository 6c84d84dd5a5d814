using System.Text.RegularExpressions;

namespace BlueGreen.Lab.Marathon;

/// <summary>The absolute id of an app or group: names separated by slashes, <c>/</c> for the root.</summary>
internal readonly partial record struct PathId : IComparable<PathId>
{
    private readonly string? _path;

    private PathId(string path) => _path = path;

    public static PathId Root { get; } = new("/");

    public bool IsRoot => ToString() == "/";

    public PathId Parent => new(ToString().LastIndexOf('/') is var slash && slash <= 0 ? "/" : ToString()[..slash]);

    /// <summary>The form that task ids begin with: slashes become underscores.</summary>
    public string SafePath => ToString().TrimStart('/').Replace('/', '_');

    /// <summary>This id's ancestors, nearest first, the root included.</summary>
    public IEnumerable<PathId> Ancestors
    {
        get
        {
            var current = this;
            while (!current.IsRoot)
                yield return current = current.Parent;
        }
    }

    /// <summary>Resolves <paramref name="text"/>, relative to <paramref name="basePath"/> unless it begins with a slash.</summary>
    public static PathId Parse(string text, PathId? basePath = null)
    {
        var start = text.StartsWith('/') ? "" : (basePath ?? Root).ToString();
        var names = new List<string>();
        foreach (var name in $"{start}/{text}".Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (name == "..")
            {
                if (names.Count > 0) names.RemoveAt(names.Count - 1);
            }
            else if (name != ".")
            {
                names.Add(name);
            }
        }

        return new PathId("/" + string.Join('/', names));
    }

    /// <summary>The id that a safe path came from; underscores are illegal in names, so this is exact.</summary>
    public static PathId FromSafePath(string safePath) => new("/" + safePath.Replace('_', '/'));

    public bool IsBelowOrAt(PathId group) =>
        group.IsRoot || this == group || ToString().StartsWith(group + "/", StringComparison.Ordinal);

    public bool HasValidNames => !IsRoot && ToString()[1..].Split('/').All(name => NamePattern().IsMatch(name));

    public int CompareTo(PathId other) => string.CompareOrdinal(ToString(), other.ToString());

    public override string ToString() => _path ?? "/";

    /// <summary>Marathon's own rule for one segment of an id, as its error message quotes it.</summary>
    public const string NameRule =
        @"^(([a-z0-9]|[a-z0-9][a-z0-9\-]*[a-z0-9])\.)*([a-z0-9]|[a-z0-9][a-z0-9\-]*[a-z0-9])|(\.|\.\.)$";

    [GeneratedRegex(@"^(?:(?:[a-z0-9]|[a-z0-9][a-z0-9\-]*[a-z0-9])\.)*(?:[a-z0-9]|[a-z0-9][a-z0-9\-]*[a-z0-9])$")]
    private static partial Regex NamePattern();
}
