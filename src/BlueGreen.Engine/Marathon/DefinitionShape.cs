using Newtonsoft.Json.Linq;

namespace BlueGreen.Engine.Marathon;

/// <summary>Brings a definition into the shape that Marathon takes, and names members of the wrong type.</summary>
internal static class DefinitionShape
{
    private enum Kind
    {
        Text,
        Number,
        Flag,
        Object,
        List,
    }

    /// <summary>Source: Marathon's RAML of an app. Members that are not here are not judged.</summary>
    private static readonly Dictionary<string, Kind> Members = new()
    {
        ["id"] = Kind.Text, ["cmd"] = Kind.Text, ["user"] = Kind.Text, ["executor"] = Kind.Text, ["role"] = Kind.Text,
        ["instances"] = Kind.Number, ["cpus"] = Kind.Number, ["mem"] = Kind.Number, ["disk"] = Kind.Number, ["gpus"] = Kind.Number,
        ["backoffSeconds"] = Kind.Number, ["backoffFactor"] = Kind.Number, ["maxLaunchDelaySeconds"] = Kind.Number,
        ["taskKillGracePeriodSeconds"] = Kind.Number,
        ["requirePorts"] = Kind.Flag, ["tty"] = Kind.Flag,
        ["env"] = Kind.Object, ["labels"] = Kind.Object, ["container"] = Kind.Object, ["upgradeStrategy"] = Kind.Object,
        ["ipAddress"] = Kind.Object, ["secrets"] = Kind.Object,
        ["args"] = Kind.List, ["constraints"] = Kind.List, ["dependencies"] = Kind.List, ["fetch"] = Kind.List, ["uris"] = Kind.List,
        ["healthChecks"] = Kind.List, ["readinessChecks"] = Kind.List, ["networks"] = Kind.List, ["portDefinitions"] = Kind.List,
        ["ports"] = Kind.List, ["acceptedResourceRoles"] = Kind.List,
    };

    /// <summary>Leaves out every member that is null, at any depth, and makes text of numbers and flags where only text is taken.</summary>
    public static void Tidy(JObject json)
    {
        var empty = json.Descendants().OfType<JProperty>().Where(p => p.Value.Type == JTokenType.Null).ToList();
        foreach (var property in empty) property.Remove();
        foreach (var map in new[] { json["labels"], json["env"] }.OfType<JObject>())
        {
            foreach (var property in map.Properties().ToList())
            {
                if (property.Value is JValue { Value: not string } value) property.Value = value.AsText();
            }
        }
    }

    public static void Check(JObject json, string source)
    {
        foreach (var property in json.Properties())
        {
            if (Members.TryGetValue(property.Name, out var kind) && !Is(property.Value, kind))
            {
                throw DefinitionErrors.Invalid(source, $"'{property.Name}' must be {Word(kind)}, but is {Word(property.Value)}.");
            }
        }

        foreach (var label in (json["labels"] as JObject)?.Properties() ?? [])
        {
            if (label.Value is JValue) continue;
            throw DefinitionErrors.Invalid(source, $"the label '{label.Name}' must be text, but is {Word(label.Value)}.");
        }

        if (json["instances"] is { } instances && (json.Number("instances") is not >= 0 || instances.Type != JTokenType.Integer))
        {
            throw DefinitionErrors.Invalid(source, $"'instances' must be a whole number from 0 up, but is {instances.AsText()}.");
        }
    }

    private static bool Is(JToken value, Kind kind) => kind switch
    {
        Kind.Text => value.Type == JTokenType.String,
        Kind.Number => value.Type is JTokenType.Integer or JTokenType.Float,
        Kind.Flag => value.Type == JTokenType.Boolean,
        Kind.Object => value.Type == JTokenType.Object,
        _ => value.Type == JTokenType.Array,
    };

    private static string Word(Kind kind) => kind switch
    {
        Kind.Text => "text",
        Kind.Number => "a number",
        Kind.Flag => "true or false",
        Kind.Object => "an object",
        _ => "a list",
    };

    private static string Word(JToken value) => value.Type switch
    {
        JTokenType.Object => "an object",
        JTokenType.Array => "a list",
        JTokenType.String => $"the text '{value.AsText()}'",
        _ => value.AsText(),
    };
}
