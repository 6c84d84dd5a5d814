using System.Text.Json.Nodes;

namespace BlueGreen.Lab.Tests.Support;

/// <summary>Reads server-sent events.</summary>
internal static class Sse
{
    public static async Task<(string Type, JsonObject Data)> NextAsync(StreamReader reader)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        var type = "";
        while (await reader.ReadLineAsync(limit.Token) is { } line)
        {
            if (line.StartsWith("event: ", StringComparison.Ordinal)) type = line[7..];
            else if (line.StartsWith("data: ", StringComparison.Ordinal)) return (type, JsonNode.Parse(line[6..])!.AsObject());
        }

        throw new EndOfStreamException("The event stream ended.");
    }
}
