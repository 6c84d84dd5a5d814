using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace BlueGreen.Lab.Marathon.Definitions;

/// <summary>
/// What a JSON value must look like. Reading makes a copy with the known members only, fills in defaults, and notes
/// what is wrong in the words of Marathon's JSON library, so that clients see the errors they know.
/// </summary>
internal abstract class Shape
{
    public abstract JsonNode? Read(JsonNode node, string path, List<Violation> violations);

    protected static JsonNode? Fail(List<Violation> violations, string path, string error)
    {
        violations.Add(new Violation(path.Length == 0 ? "/" : path, error));
        return null;
    }
}

internal sealed class TextShape(int minLength = 0, int maxLength = int.MaxValue, string? pattern = null) : Shape
{
    private readonly Regex? _pattern = pattern is null ? null : new Regex(pattern, RegexOptions.CultureInvariant);

    public override JsonNode? Read(JsonNode node, string path, List<Violation> violations)
    {
        if (node.GetValueKind() != JsonValueKind.String) return Fail(violations, path, "error.expected.jsstring");
        var text = node.GetValue<string>();
        if (text.Length < minLength) return Fail(violations, path, "error.minLength");
        if (text.Length > maxLength) return Fail(violations, path, "error.maxLength");
        if (_pattern is not null && !_pattern.IsMatch(text)) return Fail(violations, path, "error.pattern");
        return JsonValue.Create(text);
    }
}

internal sealed class ChoiceShape(params string[] choices) : Shape
{
    public override JsonNode? Read(JsonNode node, string path, List<Violation> violations)
    {
        if (node.GetValueKind() != JsonValueKind.String) return Fail(violations, path, "error.expected.jsstring");
        // Marathon matches the names of its enumerations in any case, and answers with its own spelling.
        var choice = Array.Find(choices, c => c.Equals(node.GetValue<string>(), StringComparison.OrdinalIgnoreCase));
        return choice is null
            ? Fail(violations, path, $"error.unknown.enum.literal")
            : JsonValue.Create(choice);
    }
}

internal sealed class NumberShape(double min = double.MinValue, double max = double.MaxValue, bool integer = false) : Shape
{
    public override JsonNode? Read(JsonNode node, string path, List<Violation> violations)
    {
        if (node.GetValueKind() != JsonValueKind.Number) return Fail(violations, path, "error.expected.jsnumber");
        var number = JsonSerializer.Deserialize<double>(node);
        if (integer && (number != Math.Floor(number) || Math.Abs(number) > long.MaxValue))
            return Fail(violations, path, "error.expected.int");
        if (number < min) return Fail(violations, path, "error.min");
        if (number > max) return Fail(violations, path, "error.max");
        return integer ? JsonValue.Create((long)number) : JsonValue.Create(number);
    }
}

internal sealed class BooleanShape : Shape
{
    public override JsonNode? Read(JsonNode node, string path, List<Violation> violations) =>
        node.GetValueKind() is JsonValueKind.True or JsonValueKind.False
            ? node.DeepClone()
            : Fail(violations, path, "error.expected.jsboolean");
}

/// <summary>A value that the lab only stores.</summary>
internal sealed class AnyShape : Shape
{
    public override JsonNode? Read(JsonNode node, string path, List<Violation> violations) => node.DeepClone();
}

internal sealed class ListShape(Shape item) : Shape
{
    public override JsonNode? Read(JsonNode node, string path, List<Violation> violations)
    {
        if (node is not JsonArray array) return Fail(violations, path, "error.expected.jsarray");
        var result = new JsonArray();
        for (var i = 0; i < array.Count; i++)
        {
            if (array[i] is not { } element) Fail(violations, $"{path}({i})", "error.path.missing");
            else if (item.Read(element, $"{path}({i})", violations) is { } read) result.Add(read);
        }

        return result;
    }
}

internal sealed class MapShape(Shape value) : Shape
{
    public override JsonNode? Read(JsonNode node, string path, List<Violation> violations)
    {
        if (node is not JsonObject members) return Fail(violations, path, "error.expected.jsobject");
        var result = new JsonObject();
        foreach (var (name, member) in members)
        {
            if (member is null) Fail(violations, $"{path}/{name}", "error.path.missing");
            else if (value.Read(member, $"{path}/{name}", violations) is { } read) result[name] = read;
        }

        return result;
    }
}

/// <summary>One member of an object. A default is a factory, since a node lives in one document only.</summary>
internal sealed record Member(string Name, Shape Shape, bool Required = false, Func<JsonNode>? Default = null, bool OmitEmpty = false);

internal sealed class ObjectShape(params Member[] members) : Shape
{
    public IReadOnlyList<Member> Members { get; } = members;

    /// <summary>The same object as an update: every member may be absent and none has a default.</summary>
    public ObjectShape AsUpdate() => new([.. Members.Select(m => m with { Required = false, Default = null })]);

    public override JsonNode? Read(JsonNode node, string path, List<Violation> violations)
    {
        if (node is not JsonObject source) return Fail(violations, path, "error.expected.jsobject");
        var result = new JsonObject();
        foreach (var member in Members)
        {
            var memberPath = $"{path}/{member.Name}";
            if (source[member.Name] is { } value)
            {
                if (member.Shape.Read(value, memberPath, violations) is { } read) result[member.Name] = read;
            }
            else if (member.Required)
            {
                Fail(violations, memberPath, "error.path.missing");
            }
            else if (member.Default is { } makeDefault)
            {
                result[member.Name] = makeDefault();
            }
        }

        return result;
    }

    /// <summary>Reads <paramref name="node"/> or throws Marathon's answer to a value of the wrong shape.</summary>
    public JsonObject Parse(JsonNode? node)
    {
        var violations = new List<Violation>();
        var result = node is null ? Fail(violations, "", "error.expected.jsobject") : Read(node, "", violations);
        return violations.Count == 0 ? (JsonObject)result! : throw ApiException.WrongShape(violations);
    }
}
