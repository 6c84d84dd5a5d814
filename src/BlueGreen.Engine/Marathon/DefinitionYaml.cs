using Newtonsoft.Json.Linq;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace BlueGreen.Engine.Marathon;

/// <summary>Reads a definition in YAML 1.2 into the JSON that it stands for.</summary>
internal static class DefinitionYaml
{
    private const int MaxDepth = 64;

    /// <summary>Aliases of aliases can make a few lines into more than any memory holds.</summary>
    private const int MaxNodes = 100_000;

    public static JObject Read(string text, string source)
    {
        try
        {
            var stream = new YamlStream();
            // Stream and document count too.
            stream.Load(new YamlDepthGuard(new Parser(new StringReader(text)), MaxDepth + 2));
            if (stream.Documents.Count == 0) throw DefinitionErrors.Unreadable(source, "the text is empty");
            if (stream.Documents.Count > 1)
            {
                throw At(stream.Documents[1].RootNode, source, "there is a second document; a file holds one app");
            }

            var root = stream.Documents[0].RootNode;
            var nodes = 0;
            return Convert(root, source, 0, ref nodes) as JObject
                ?? throw At(root, source, "it is not an object of members and values");
        }
        catch (YamlException error)
        {
            throw DefinitionErrors.Unreadable(source, (error.InnerException ?? error).Message, error.Start.Line, error.Start.Column, error);
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException)
        {
            // What the YAML reader itself stumbles over: an empty key inside a list, for one.
            throw DefinitionErrors.Unreadable(source, $"it is no valid YAML ({error.Message})", cause: error);
        }
    }

    private static JToken Convert(YamlNode node, string source, int depth, ref int nodes)
    {
        if (depth > MaxDepth || ++nodes > MaxNodes)
        {
            throw At(node, source, "it is nested too deeply, or its aliases make it too large");
        }

        switch (node)
        {
            case YamlScalarNode scalar:
                return YamlScalar.ToJson(scalar, source);
            case YamlSequenceNode sequence:
                var array = new JArray();
                foreach (var item in sequence.Children) array.Add(Convert(item, source, depth + 1, ref nodes));
                return array;
            case YamlMappingNode mapping:
                var json = new JObject();
                foreach (var pair in mapping.Children)
                {
                    json.Add(Key(pair.Key, json, source), Convert(pair.Value, source, depth + 1, ref nodes));
                }

                return json;
            default:
                throw At(node, source, "this is neither a value, a list nor an object");
        }
    }

    private static string Key(YamlNode key, JObject json, string source)
    {
        if (key is not YamlScalarNode { Value: { } name }) throw At(key, source, "a member's name must be text");
        if (name == "<<") throw At(key, source, "merge keys (<<) are no part of YAML 1.2: write the members out");
        // 'a' and "a" are two nodes for the YAML reader, but one member.
        return json.ContainsKey(name) ? throw At(key, source, $"the member '{name}' is there twice") : name;
    }

    internal static BlueGreenException At(YamlNode node, string source, string why) =>
        DefinitionErrors.Unreadable(source, why, node.Start.Line, node.Start.Column);
}
