using System.Collections;
using System.Management.Automation;
using BlueGreen.Engine;

namespace BlueGreen.Hosting;

/// <summary>Takes PowerShell's wrappers off values, so that the engine gets plain dictionaries, lists and simple values.</summary>
internal static class PlainValues
{
    /// <summary>A hash table with plain contents, in its order.</summary>
    public static Dictionary<string, object?> Of(IDictionary table)
    {
        var plain = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (DictionaryEntry entry in table)
        {
            plain[Convert.ToString(entry.Key, System.Globalization.CultureInfo.InvariantCulture)!] = Of(entry.Value);
        }

        return plain;
    }

    /// <summary>A hash table of texts; null removes an entry.</summary>
    /// <exception cref="BlueGreenException"><c>NotText</c>: a value is a list or a table.</exception>
    public static IReadOnlyDictionary<string, string?> Texts(IDictionary table, string parameter) =>
        Of(table).ToDictionary(entry => entry.Key, entry => Text(entry.Key, entry.Value, parameter), StringComparer.Ordinal);

    private static object? Of(object? value) => value switch
    {
        PSObject { BaseObject: PSCustomObject } custom => custom.Properties.ToDictionary(p => p.Name, p => Of(p.Value), StringComparer.Ordinal),
        PSObject wrapped => Of(wrapped.BaseObject),
        SwitchParameter flag => flag.IsPresent,
        string text => text,
        IDictionary table => Of(table),
        IEnumerable list => list.Cast<object?>().Select(Of).ToList(),
        _ => value,
    };

    private static string? Text(string name, object? value, string parameter) => value switch
    {
        null => null,
        bool flag => flag ? "true" : "false",
        string or IFormattable => Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture),
        _ => throw new BlueGreenException(
            ErrorKind.InvalidArgument, "NotText", $"The value of '{name}' in -{parameter} is not a text.",
            $"Give texts, such as -{parameter} @{{ {name} = 'value' }}; for anything else use -Set.", name),
    };
}
