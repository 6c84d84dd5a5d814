using System.Management.Automation;
using System.Management.Automation.Language;

namespace BlueGreen.Hosting;

/// <summary>
/// Script blocks made anew from their text, for another runspace: one that belongs to a runspace must not run on the thread of another. What they
/// take along by <c>$using:name</c> becomes a variable there.
/// </summary>
/// <param name="valueOf">The value of a variable, where the script blocks come from.</param>
internal sealed class PortableScripts(Func<string, object?> valueOf)
{
    private readonly Dictionary<string, object?> _variables = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The variables that they need.</summary>
    public IReadOnlyDictionary<string, object?> Variables => _variables;

    /// <summary>The same value, with its script blocks made anew.</summary>
    public object? Port(object? value) => ((value as PSObject)?.BaseObject ?? value) switch
    {
        ScriptBlock script => Port(script),
        ScriptBlock[] scripts => Array.ConvertAll(scripts, Port),
        _ => value,
    };

    private ScriptBlock Port(ScriptBlock script)
    {
        var text = script.ToString();
        var ast = Parser.ParseInput(text, out _, out _);
        var uses = ast.FindAll(node => node is UsingExpressionAst, searchNestedScriptBlocks: true).Cast<UsingExpressionAst>();
        // From the end, so that the places before stay where they are.
        foreach (var use in uses.Select(UsingExpressionAst.ExtractUsingVariable).OrderByDescending(u => u.Extent.StartOffset))
        {
            var (name, place) = (use.VariablePath.UserPath, use.Extent);
            _variables[name] = valueOf(name);
            text = text.Remove(place.StartOffset, place.EndOffset - place.StartOffset).Insert(place.StartOffset, $"${{{name}}}");
        }

        return ScriptBlock.Create(text);
    }
}
