using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace BlueGreen.Engine.Marathon;

/// <summary>Reads a definition in JSON, as strictly as a person's typing slips need it.</summary>
internal static class DefinitionJson
{
    private static readonly JsonLoadSettings Settings = new()
    {
        CommentHandling = CommentHandling.Ignore,
        DuplicatePropertyNameHandling = DuplicatePropertyNameHandling.Error,
        LineInfoHandling = LineInfoHandling.Ignore,
    };

    public static JObject Read(string text, string source)
    {
        using var reader = new JsonTextReader(new StringReader(text.TrimStart('\uFEFF')))
        {
            DateParseHandling = DateParseHandling.None,
            FloatParseHandling = FloatParseHandling.Decimal,
            MaxDepth = 64,
        };
        try
        {
            do
            {
                if (!reader.Read()) throw DefinitionErrors.Unreadable(source, "the text is empty");
            }
            while (reader.TokenType == JsonToken.Comment);
            if (JToken.ReadFrom(reader, Settings) is not JObject json)
            {
                throw DefinitionErrors.Unreadable(source, "it is not an object: it does not begin with '{'");
            }

            while (reader.Read())
            {
                if (reader.TokenType == JsonToken.Comment) continue;
                throw DefinitionErrors.Unreadable(source, "there is more text behind the end of the definition", reader.LineNumber, reader.LinePosition);
            }

            return json;
        }
        catch (JsonReaderException error)
        {
            throw DefinitionErrors.Unreadable(source, WithoutPlace(error.Message), error.LineNumber, error.LinePosition, error);
        }
        catch (JsonException error)
        {
            throw DefinitionErrors.Unreadable(source, WithoutPlace(error.Message), reader.LineNumber, reader.LinePosition, error);
        }
    }

    /// <summary>The place stands in front already.</summary>
    private static string WithoutPlace(string message)
    {
        var end = message.LastIndexOf(" Path '", StringComparison.Ordinal);
        return end > 0 ? message.Substring(0, end) : message;
    }
}
