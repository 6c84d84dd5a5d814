using System.Text.RegularExpressions;

namespace BlueGreen.Engine.Tests;

/// <summary>docs/errors.md says what scripts may rely on.</summary>
public partial class ErrorListTests
{
    private static readonly string Root = FindRoot();

    private static readonly string Source = string.Join("\n", new[] { "BlueGreen", "BlueGreen.Engine" }
        .SelectMany(project => Directory.EnumerateFiles(Path.Combine(Root, "src", project), "*.cs", SearchOption.AllDirectories))
        .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
        .Select(File.ReadAllText));

    private static readonly ILookup<string, string> Listed = File.ReadAllLines(Path.Combine(Root, "docs", "errors.md"))
        .Select(line => line.Split('|'))
        .Where(cells => cells.Length > 3)
        .SelectMany(cells => Id().Matches(cells[1]).Select(id => (Id: id.Groups[1].Value, Kind: cells[2].Trim())))
        .ToLookup(row => row.Id, row => row.Kind);

    internal static bool IsListed(string errorId) => Listed.Contains(errorId);

    [Fact]
    public void Every_error_that_the_code_can_give_is_in_the_list_with_its_kind()
    {
        var given = Thrown().Matches(Source).Select(m => (Id: m.Groups["id"].Value, Kind: m.Groups["kind"].Value)).Distinct().ToList();

        Assert.True(given.Count > 50, "the pattern no longer finds the errors");
        Assert.DoesNotContain(given, error => !Listed[error.Id].Contains(error.Kind));
    }

    [Fact]
    public void Every_error_in_the_list_is_one_that_the_code_can_give_and_stands_there_once() =>
        Assert.DoesNotContain(Listed, row => row.Count() > 1 || !Source.Contains($"\"{row.Key}\"", StringComparison.Ordinal));

    [GeneratedRegex(@"ErrorKind\.(?<kind>\w+),\s*""(?<id>\w+)""")]
    private static partial Regex Thrown();

    [GeneratedRegex(@"`(\w+)`")]
    private static partial Regex Id();

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "BlueGreen.sln"))) folder = folder.Parent ?? throw new DirectoryNotFoundException("BlueGreen.sln");
        return folder.FullName;
    }
}
