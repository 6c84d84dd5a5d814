using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace BlueGreen.Engine.Marathon;

/// <summary>Reads one message of Marathon's event stream, which may hold several events.</summary>
internal static class MarathonEventReader
{
    /// <summary>The events of a message; <paramref name="unreadable"/> when some of it is no JSON object.</summary>
    public static ImmutableArray<MarathonEvent> Read(string messageType, string data, out bool unreadable)
    {
        var events = ImmutableArray.CreateBuilder<MarathonEvent>();
        unreadable = false;
        try
        {
            using var reader = new JsonTextReader(new StringReader(data))
            {
                SupportMultipleContent = true,
                DateParseHandling = DateParseHandling.None,
                FloatParseHandling = FloatParseHandling.Decimal,
                MaxDepth = 128,
            };
            while (reader.Read())
            {
                if (JToken.ReadFrom(reader) is JObject json) events.Add(Read(messageType, json));
                else unreadable = true;
            }
        }
        catch (JsonException)
        {
            unreadable = true;
        }

        return events.ToImmutable();
    }

    private static MarathonEvent Read(string messageType, JObject json)
    {
        var type = json.Text("eventType") ?? messageType;
        var deployment = type.StartsWith("deployment_", StringComparison.Ordinal)
            ? json.Text("id") ?? (json["plan"] as JObject)?.Text("id")
            : json.Text("deploymentId");
        return new MarathonEvent(
            type,
            json.Time("timestamp"),
            json.Text("appId") ?? json.Text("runSpecId") ?? (json["appDefinition"] as JObject)?.Text("id"),
            json.Text("taskId") ?? json.Text("instanceId"),
            deployment,
            json.ToString(Formatting.None));
    }
}
