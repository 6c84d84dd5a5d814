using System.Reflection;
using BlueGreen.Engine.Deployment.Acting;
using BlueGreen.Engine.Deployment.Deciding;
using BlueGreen.Engine.Marathon;
using Newtonsoft.Json;
using Newtonsoft.Json.Converters;
using Newtonsoft.Json.Linq;
using Newtonsoft.Json.Serialization;

namespace BlueGreen.Engine.Deployment.Journaling;

/// <summary>How entries are written as JSON and read again. What later versions add to a value comes and goes by itself.</summary>
internal static class JournalJson
{
    private const string Kind = "is";

    /// <summary>Values of one of several types, which the member "is" tells apart by name: never a type's full name, which a file could abuse.</summary>
    private static readonly Type[] Families = [typeof(JournalEntry), typeof(Decision), typeof(ActOutcome), typeof(Growth)];

    private static readonly JsonSerializer Serializer = JsonSerializer.Create(new JsonSerializerSettings
    {
        ContractResolver = new Contracts { NamingStrategy = new CamelCaseNamingStrategy() },
        NullValueHandling = NullValueHandling.Ignore,
        // A default that is there already would be filled in instead, whatever its type.
        ObjectCreationHandling = ObjectCreationHandling.Replace,
        // A label such as "2016-02-01T15:51:38.184623" must come back letter for letter.
        DateParseHandling = DateParseHandling.None,
        Culture = System.Globalization.CultureInfo.InvariantCulture,
    });

    /// <summary>An entry is one line.</summary>
    private static readonly JsonLoadSettings WithoutLines = new() { LineInfoHandling = LineInfoHandling.Ignore };

    public static void Write(TextWriter writer, JournalEntry entry)
    {
        using var json = new JsonTextWriter(writer) { CloseOutput = false };
        Serializer.Serialize(json, entry);
    }

    /// <exception cref="JsonException">It is no entry.</exception>
    public static JournalEntry Read(string line)
    {
        // Nearly always the kind comes first; then the line need not be read as an object before.
        var type = FirstKind(line) is { } kind ? typeof(JournalEntry).GetNestedType(kind, BindingFlags.Public) : null;
        using var reader = Open(line);
        return (JournalEntry?)Serializer.Deserialize(reader, type ?? typeof(JournalEntry)) ?? throw new JsonSerializationException("the line is null");
    }

    private static string? FirstKind(string line)
    {
        using var reader = Open(line);
        return reader.Read() && reader.TokenType == JsonToken.StartObject && reader.Read() && Kind.Equals(reader.Value) ? reader.ReadAsString() : null;
    }

    private static JsonTextReader Open(string line) => new(new StringReader(line)) { DateParseHandling = DateParseHandling.None, MaxDepth = 64 };

    public static JToken ToToken(object value) => JToken.FromObject(value, Serializer);

    /// <summary>A value in one line: two that are written alike are the same for a journal.</summary>
    public static string ToText(object value)
    {
        using var text = new StringWriter(System.Globalization.CultureInfo.InvariantCulture);
        Serializer.Serialize(text, value);
        return text.ToString();
    }

    private sealed class Contracts : DefaultContractResolver
    {
        private static readonly JsonConverter[] Converters = [new StringEnumConverter(), new AppConverter(), new FamilyConverter()];

        /// <summary>Asked once a type; converters of the serializer's own would be asked for each value.</summary>
        protected override JsonConverter? ResolveContractConverter(Type objectType) =>
            Array.Find(Converters, converter => converter.CanConvert(objectType)) ?? base.ResolveContractConverter(objectType);

        protected override IList<JsonProperty> CreateProperties(Type type, MemberSerialization memberSerialization)
        {
            // What is computed of other members is not written, nor what only this process can have.
            var properties = base.CreateProperties(type, memberSerialization)
                .Where(p => p.Writable && p.PropertyType is { IsInterface: false } t && !typeof(Delegate).IsAssignableFrom(t)).ToList();
            if (Array.Exists(Families, family => family.IsAssignableFrom(type)))
            {
                // What a person looks for first comes first.
                properties = [.. properties.OrderBy(p => p.PropertyName == "at" ? 0 : 1)];
                properties.Insert(0, new JsonProperty
                {
                    PropertyName = Kind, PropertyType = typeof(string), DeclaringType = type, Readable = true, Writable = false, ValueProvider = new Name(type.Name),
                });
            }

            return properties;
        }

        private sealed class Name(string name) : IValueProvider
        {
            public object GetValue(object target) => name;

            public void SetValue(object target, object? value)
            {
            }
        }
    }

    /// <summary>Reads a value of a family by its kind.</summary>
    private sealed class FamilyConverter : JsonConverter
    {
        public override bool CanWrite => false;

        public override bool CanConvert(Type objectType) => Families.Contains(objectType);

        public override object? ReadJson(JsonReader reader, Type objectType, object? existingValue, JsonSerializer serializer)
        {
            if (reader.TokenType == JsonToken.Null) return null;
            var json = JObject.Load(reader, WithoutLines);
            var kind = json.Text(Kind) ?? throw new JsonSerializationException("it has no kind");
            var type = objectType.GetNestedType(kind, BindingFlags.Public)
                ?? throw new JsonSerializationException($"there is no {objectType.Name} of the kind '{kind}'");
            return json.ToObject(type, serializer);
        }

        public override void WriteJson(JsonWriter writer, object? value, JsonSerializer serializer) => throw new NotSupportedException();
    }

    /// <summary>An app is written with those members only that decisions rest on.</summary>
    private sealed class AppConverter : JsonConverter<MarathonApp>
    {
        public override MarathonApp ReadJson(JsonReader reader, Type objectType, MarathonApp? existingValue, bool hasExistingValue, JsonSerializer serializer) =>
            new(JObject.Load(reader, WithoutLines));

        public override void WriteJson(JsonWriter writer, MarathonApp? value, JsonSerializer serializer) => AppExtract.Of(value!).WriteTo(writer);
    }
}
