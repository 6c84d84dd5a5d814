using System.Globalization;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace BlueGreen.Engine.Marathon;

/// <summary>
/// Reads JSON as it is meant: dates stay text, numbers stay exact, members of the wrong type count as absent, but for those by which tasks
/// could be taken for gone or healthy: there they are an error.
/// </summary>
internal static class JsonText
{
    /// <summary>Reads one JSON object.</summary>
    /// <param name="json">The text.</param>
    /// <param name="what">What it should be, for the error.</param>
    public static JObject ParseObject(string json, string what) =>
        Parse(json, what) as JObject ?? throw Unreadable(what, "it is not a JSON object", null);

    /// <summary>Reads one JSON object; null when the text is something else.</summary>
    public static JObject? TryParseObject(string json)
    {
        try
        {
            return Parse(json, "text") as JObject;
        }
        catch (BlueGreenException)
        {
            return null;
        }
    }

    /// <summary>Reads any JSON value.</summary>
    public static JToken Parse(string json, string what)
    {
        try
        {
            using var reader = new JsonTextReader(new StringReader(json))
            {
                // A label such as "2016-02-01T15:51:38.184623" must come back letter for letter.
                DateParseHandling = DateParseHandling.None,
                FloatParseHandling = FloatParseHandling.Decimal,
                MaxDepth = 64,
            };
            var token = JToken.ReadFrom(reader);
            while (reader.Read())
            {
                if (reader.TokenType != JsonToken.Comment) throw Unreadable(what, "there is more text behind its end", null);
            }

            return token;
        }
        catch (JsonException error)
        {
            throw Unreadable(what, error.Message, error);
        }
    }

    public static string? Text(this JObject json, string name) => json[name] is JValue { Value: not null } value ? value.AsText() : null;

    public static int? Number(this JObject json, string name) => json[name].AsNumber();

    /// <summary>The objects of a list; empty when the member is not there or null.</summary>
    /// <exception cref="BlueGreenException"><c>MarathonAnswerUnreadable</c>: it is something else.</exception>
    public static IEnumerable<JObject> Objects(this JObject json, string name, string what) => json.List(name, what)
        .Select(entry => entry as JObject ?? throw Unreadable(what, $"an entry of '{name}' is not an object", null));

    /// <summary>The entries of a list; none when the member is not there or null.</summary>
    /// <exception cref="BlueGreenException"><c>MarathonAnswerUnreadable</c>: it is something else.</exception>
    public static IList<JToken> List(this JObject json, string name, string what) => json[name] switch
    {
        null or JValue { Value: null } => [],
        JArray list => list,
        _ => throw Unreadable(what, $"'{name}' is not a list", null),
    };

    /// <summary>A number from 0 up; null when the member is not there or null.</summary>
    /// <exception cref="BlueGreenException"><c>MarathonAnswerUnreadable</c>: it is something else.</exception>
    public static int? Count(this JObject json, string name, string what) => json[name] switch
    {
        null or JValue { Value: null } => null,
        var token when token.AsWhole() is { } number and >= 0 and <= int.MaxValue => (int)number,
        _ => throw Unreadable(what, $"'{name}' is not a whole number from 0 up", null),
    };

    /// <summary>The numbers of a list, 0 for what is none; empty when there is no list.</summary>
    public static ImmutableArray<int> Numbers(this JObject json, string name) =>
        json[name] is JArray list ? [.. list.Select(entry => entry.AsNumber() ?? 0)] : [];

    /// <summary>What lies at the end of a path; null when it ends earlier, in a null or a text for one.</summary>
    public static JToken? At(this JToken? token, params string[] path)
    {
        foreach (var name in path) token = token is JObject json ? json[name] : null;
        return token;
    }

    public static bool? Flag(this JObject json, string name) => json[name] is JValue { Value: bool flag } ? flag : null;

    public static DateTimeOffset? Time(this JObject json, string name) =>
        DateTimeOffset.TryParse(json.Text(name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    public static string AsText(this JToken token) => token switch
    {
        JValue { Value: null } => "",
        JValue { Value: bool flag } => flag ? "true" : "false",
        JValue value => Convert.ToString(value.Value, CultureInfo.InvariantCulture) ?? "",
        _ => token.ToString(Formatting.None),
    };

    /// <summary>A whole number, however it was put in; null for anything else.</summary>
    public static long? AsWhole(this JToken token) => (token as JValue)?.Value switch
    {
        long number => number,
        int number => number,
        _ => null,
    };

    private static int? AsNumber(this JToken? token) => (token as JValue)?.Value switch
    {
        long number and >= int.MinValue and <= int.MaxValue => (int)number,
        decimal number and >= int.MinValue and <= int.MaxValue => (int)decimal.Round(number),
        _ => null,
    };

    /// <summary>The error about JSON that is not what it should be.</summary>
    public static BlueGreenException Unreadable(string what, string why, Exception? cause) => new(
        ErrorKind.ProtocolError, "MarathonAnswerUnreadable", $"The {what} cannot be read as JSON: {why}.",
        "Check that the address leads to Marathon and not to a login page or a proxy in front of it.", cause: cause);
}
