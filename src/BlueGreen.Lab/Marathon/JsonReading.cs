using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace BlueGreen.Lab.Marathon;

/// <summary>Reading of canonical JSON, whose shape is known to be right.</summary>
internal static class JsonReading
{
    /// <summary>Writes text as it is: nothing of it ever stands inside HTML.</summary>
    public static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string? Text(this JsonNode? node, string name) => node?[name]?.GetValue<string>();

    public static int Int(this JsonNode node) => (int)node.Double();

    public static int? Int(this JsonNode? node, string name) => node?[name]?.Int();

    public static double Double(this JsonNode node) => double.Parse(node.ToJsonString(), CultureInfo.InvariantCulture);

    public static double? Double(this JsonNode? node, string name) => node?[name]?.Double();

    public static bool Flag(this JsonNode? node, string name) => node?[name] is { } value && value.GetValueKind() == JsonValueKind.True;

    public static IEnumerable<JsonObject> Objects(this JsonNode? node, string name) =>
        (node?[name] as JsonArray ?? []).OfType<JsonObject>();

    public static IReadOnlyDictionary<string, string> Map(this JsonNode? node, string name) =>
        (node?[name] as JsonObject ?? []).Where(m => m.Value is JsonValue).ToDictionary(m => m.Key, m => m.Value!.ToString());

    public static TimeSpan Seconds(this JsonNode? node, string name) => TimeSpan.FromSeconds(node.Double(name) ?? 0);

    public static JsonArray ToJsonArray(this IEnumerable<JsonNode?> nodes) => new([.. nodes]);

    public static JsonArray ToJsonArray(this IEnumerable<string> texts) => new([.. texts.Select(t => (JsonNode?)t)]);

    public static JsonArray ToJsonArray(this IEnumerable<int> numbers) => new([.. numbers.Select(n => (JsonNode?)n)]);
}
