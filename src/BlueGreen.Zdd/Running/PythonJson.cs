using System.Globalization;
using System.Text;
using System.Text.Json;

namespace BlueGreen.Zdd.Running;

/// <summary>
/// JSON as Python's <c>json.dumps(value, sort_keys=True, indent=2)</c> writes it, letter for letter, so that what reads zdd.py's output, or
/// compares it, reads ours.
/// </summary>
internal static class PythonJson
{
    /// <param name="json">Any JSON.</param>
    public static string Write(string json)
    {
        using var document = JsonDocument.Parse(json);
        var text = new StringBuilder();
        Write(text, document.RootElement, "\n");
        return text.ToString();
    }

    private static void Write(StringBuilder text, JsonElement value, string newLine)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                var members = value.EnumerateObject().Select(member => (member.Name, member.Value)).Order(ByCodePoint.Instance).ToList();
                List(text, '{', '}', members, newLine, (member, inner) =>
                {
                    Write(text, member.Name);
                    text.Append(": ");
                    Write(text, member.Value, inner);
                });
                break;
            case JsonValueKind.Array:
                List(text, '[', ']', [.. value.EnumerateArray()], newLine, (item, inner) => Write(text, item, inner));
                break;
            case JsonValueKind.String:
                Write(text, value.GetString()!);
                break;
            case JsonValueKind.Number:
                text.Append(Number(value.GetRawText()));
                break;
            default:
                text.Append(value.GetRawText());
                break;
        }
    }

    private static void List<T>(StringBuilder text, char open, char close, IReadOnlyList<T> items, string newLine, Action<T, string> write)
    {
        text.Append(open);
        for (var i = 0; i < items.Count; i++)
        {
            text.Append(i == 0 ? "" : ",").Append(newLine).Append("  ");
            write(items[i], newLine + "  ");
        }

        text.Append(items.Count == 0 ? "" : newLine).Append(close);
    }

    private static void Write(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (var character in value)
        {
            text.Append(character switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                '\f' => "\\f",
                '\b' => "\\b",
                >= ' ' and <= '~' => character.ToString(),
                _ => $"\\u{(int)character:x4}",
            });
        }

        text.Append('"');
    }

    /// <summary>A number without point and exponent is an int for Python, and any other a float, which it writes as its <c>repr</c>.</summary>
    private static string Number(string raw)
    {
        if (raw.IndexOfAny(['.', 'e', 'E']) < 0) return raw == "-0" ? "0" : raw;
        var number = double.Parse(raw, CultureInfo.InvariantCulture);
        var (sign, digits, exponent) = ShortestOf(number);
        if (exponent is < -4 or >= 16)
        {
            var fraction = digits.Length > 1 ? "." + digits[1..] : "";
            return $"{sign}{digits[0]}{fraction}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
        }

        if (exponent < 0) return $"{sign}0.{new string('0', -exponent - 1)}{digits}";
        return digits.Length > exponent + 1
            ? $"{sign}{digits[..(exponent + 1)]}.{digits[(exponent + 1)..]}"
            : $"{sign}{digits.PadRight(exponent + 1, '0')}.0";
    }

    /// <summary>The shortest digits that are read as the same number, as repr takes them; 17 always do.</summary>
    private static (string Sign, string Digits, int Exponent) ShortestOf(double number)
    {
        var scientific = Enumerable.Range(0, 17)
            .Select(precision => number.ToString($"E{precision}", CultureInfo.InvariantCulture))
            .First(text => double.Parse(text, CultureInfo.InvariantCulture).Equals(number));
        var sign = scientific[0] == '-' ? "-" : "";
        var at = scientific.IndexOf('E', StringComparison.Ordinal);
        return (sign, scientific[sign.Length..at].Replace(".", "", StringComparison.Ordinal), int.Parse(scientific[(at + 1)..], CultureInfo.InvariantCulture));
    }

    /// <summary>Python compares texts by code points, which is the order of their bytes in UTF-8 and not that of UTF-16.</summary>
    private sealed class ByCodePoint : IComparer<(string Name, JsonElement Value)>
    {
        public static ByCodePoint Instance { get; } = new();

        public int Compare((string Name, JsonElement Value) x, (string Name, JsonElement Value) y) =>
            Encoding.UTF8.GetBytes(x.Name).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(y.Name));
    }
}
