using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace BlueGreen.Host.Cmdlets;

/// <summary>Reads JSON into PowerShell's objects.</summary>
internal static class JsonValues
{
    /// <summary>Whether a text is JSON by itself.</summary>
    public static bool IsWhole(string text)
    {
        try
        {
            Parse(text, depth: 1024);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <exception cref="JsonException">The text is not JSON, or too deep.</exception>
    public static object? Read(string text, bool asTable, int depth) => Value(Parse(text, depth), asTable);

    private static JToken Parse(string text, int depth)
    {
        using var reader = new JsonTextReader(new StringReader(text)) { MaxDepth = depth };
        var token = JToken.ReadFrom(reader);
        while (reader.Read())
        {
            if (reader.TokenType != JsonToken.Comment)
                throw new JsonReaderException(
                    $"There is more text after the JSON's end: {reader.Value}. Line {reader.LineNumber}, position {reader.LinePosition}.");
        }

        return token;
    }

    private static object? Value(JToken token, bool asTable) => token switch
    {
        JObject members => asTable ? Table(members) : Object(members),
        JArray items => items.Select(item => Value(item, asTable)).ToArray(),
        JValue value => value.Value,
        _ => throw new JsonException($"There is no value for '{token}'."),
    };

    private static PSObject Object(JObject members)
    {
        var result = new PSObject();
        foreach (var member in members.Properties())
        {
            // An object's properties have names, and case does not tell them apart: as under pwsh.
            if (member.Name.Length == 0 || result.Properties[member.Name] is not null)
                throw new JsonException($"The key '{member.Name}' cannot be the name of a property here. Use -AsHashtable.");
            result.Properties.Add(new PSNoteProperty(member.Name, Value(member.Value, asTable: false)));
        }

        return result;
    }

    private static OrderedHashtable Table(JObject members)
    {
        var result = new OrderedHashtable();
        foreach (var member in members.Properties())
            result[member.Name] = Value(member.Value, asTable: true);
        return result;
    }
}
