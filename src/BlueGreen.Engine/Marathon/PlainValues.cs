using System.Collections;
using System.Globalization;
using System.Numerics;
using Newtonsoft.Json.Linq;

namespace BlueGreen.Engine.Marathon;

/// <summary>Turns plain .NET values into JSON.</summary>
internal static class PlainValues
{
    private const int MaxDepth = 64;

    /// <param name="value">Text, a number, a flag, a dictionary, a list, or null.</param>
    /// <param name="path">Where it stands, for the error.</param>
    /// <param name="depth">How deep that is: a list that holds itself has no end.</param>
    public static JToken ToJson(object? value, string path, int depth = 0)
    {
        if (depth > MaxDepth) throw Invalid($"'{path}' is nested too deeply.");
        return value switch
        {
            null or DBNull => JValue.CreateNull(),
            JToken token => token.DeepClone(),
            string text => new JValue(text),
            bool flag => new JValue(flag),
            char character => new JValue(character.ToString()),
            Enum name => new JValue(name.ToString()),
            sbyte or byte or short or ushort or int or uint or long => new JValue(Convert.ToInt64(value, CultureInfo.InvariantCulture)),
            ulong number => number <= long.MaxValue ? new JValue((long)number) : new JValue(new BigInteger(number)),
            BigInteger number => number >= long.MinValue && number <= long.MaxValue ? new JValue((long)number) : new JValue(number),
            decimal number => new JValue(number),
            float or double => Fraction(Convert.ToDouble(value, CultureInfo.InvariantCulture), value, path),
            Uri or Guid or Version => new JValue(value.ToString()),
            IDictionary dictionary => Object(dictionary, path, depth),
            IEnumerable list => List(list, path, depth),
            _ => throw Invalid($"'{path}' is a {value.GetType().Name}, which JSON has no word for."),
        };
    }

    private static JObject Object(IDictionary dictionary, string path, int depth)
    {
        var json = new JObject();
        foreach (DictionaryEntry entry in dictionary)
        {
            var name = entry.Key is string or ValueType ? Convert.ToString(entry.Key, CultureInfo.InvariantCulture) : null;
            if (name is null) throw Invalid($"a member of '{path}' has a {entry.Key?.GetType().Name} for a name.");
            var inner = path.Length == 0 ? name : $"{path}.{name}";
            if (json.ContainsKey(name)) throw Invalid($"'{inner}' is there twice.");
            json.Add(name, ToJson(entry.Value, inner, depth + 1));
        }

        return json;
    }

    private static JArray List(IEnumerable list, string path, int depth)
    {
        var array = new JArray();
        foreach (var item in list) array.Add(ToJson(item, $"{path}[{array.Count}]", depth + 1));
        return array;
    }

    /// <summary>As decimal, 0.1 stays 0.1.</summary>
    private static JValue Fraction(double number, object original, string path)
    {
        var shortest = Convert.ToString(original, CultureInfo.InvariantCulture);
        if (double.IsNaN(number) || double.IsInfinity(number)) throw Invalid($"'{path}' is {shortest}, which is no number in JSON.");
        return decimal.TryParse(shortest, NumberStyles.Float, CultureInfo.InvariantCulture, out var exact)
            ? new JValue(exact)
            : new JValue(number);
    }

    private static BlueGreenException Invalid(string why) => DefinitionErrors.Invalid("definition", why);
}
