using System.Collections;
using Newtonsoft.Json;

namespace BlueGreen.Host.Cmdlets;

/// <summary>Writes PowerShell's objects as JSON.</summary>
internal sealed class JsonText(int depth, bool indent, bool enumsAsStrings)
{
    /// <summary>Something lay too deep and was written as text.</summary>
    public bool IsTruncated { get; private set; }

    public string Write(object? value)
    {
        using var text = new StringWriter();
        using (var writer = new JsonTextWriter(text) { Formatting = indent ? Formatting.Indented : Formatting.None })
            Write(writer, value, level: 0);
        return text.ToString();
    }

    private void Write(JsonTextWriter writer, object? value, int level)
    {
        var plain = value is PSObject wrapped ? wrapped.BaseObject : value;
        if (WriteScalar(writer, plain))
            return;
        if (level > depth)
        {
            IsTruncated = true;
            writer.WriteValue(LanguagePrimitives.ConvertTo<string>(value));
        }
        else if (plain is IDictionary table)
        {
            var entries = table.Cast<DictionaryEntry>();
            WriteMembers(writer, entries.Select(entry => (LanguagePrimitives.ConvertTo<string>(entry.Key), entry.Value)), level);
        }
        else if (plain is IEnumerable items)
        {
            writer.WriteStartArray();
            foreach (var item in items)
                Write(writer, item, level + 1);
            writer.WriteEndArray();
        }
        else
        {
            var properties = PSObject.AsPSObject(value!).Properties.Where(property => property.IsGettable);
            WriteMembers(writer, properties.Select(property => (property.Name, ValueOf(property))), level);
        }
    }

    private void WriteMembers(JsonTextWriter writer, IEnumerable<(string Name, object? Value)> members, int level)
    {
        writer.WriteStartObject();
        foreach (var (name, member) in members)
        {
            writer.WritePropertyName(name);
            Write(writer, member, level + 1);
        }

        writer.WriteEndObject();
    }

    private bool WriteScalar(JsonTextWriter writer, object? value)
    {
        switch (value)
        {
            case null or DBNull:
                writer.WriteNull();
                return true;
            case Enum name when enumsAsStrings:
                writer.WriteValue(name.ToString());
                return true;
            case Enum number:
                writer.WriteRawValue(number.ToString("D"));
                return true;
            case TimeSpan:
                // Its members are what pwsh writes.
                return false;
            case SemanticVersion or ScriptBlock or Type:
                writer.WriteValue(value.ToString());
                return true;
            case string or Uri or Guid or IConvertible or DateTimeOffset or System.Numerics.BigInteger:
                writer.WriteValue(value);
                return true;
            default:
                return false;
        }
    }

    private static object? ValueOf(PSPropertyInfo property)
    {
        try
        {
            return property.Value;
        }
        catch (GetValueException)
        {
            return null;
        }
    }
}
