using System.Collections;
using Microsoft.PowerShell.Commands;

namespace BlueGreen.Host.Cmdlets;

/// <summary>One property that a command is to look at: a name, a script block, or a table with Name, Expression and the like.</summary>
internal sealed class PropertyColumn
{
    private PropertyColumn(PSPropertyExpression expression, string? name, bool? descending)
    {
        Expression = expression;
        Name = name;
        Descending = descending;
    }

    public PSPropertyExpression Expression { get; }

    /// <summary>The name that the table gives it; null when it gives none.</summary>
    public string? Name { get; }

    /// <summary>The order that the table asks for; null when it asks for none.</summary>
    public bool? Descending { get; }

    public string DisplayName => Name ?? Expression.ToString();

    /// <exception cref="PSArgumentException">It is none of the three, or the table lacks an expression.</exception>
    public static PropertyColumn From(object specification)
    {
        var value = specification is PSObject wrapped ? wrapped.BaseObject : specification;
        return value switch
        {
            PSPropertyExpression expression => new PropertyColumn(expression, name: null, descending: null),
            ScriptBlock script => new PropertyColumn(new PSPropertyExpression(script), name: null, descending: null),
            IDictionary table => FromTable(table),
            _ => new PropertyColumn(new PSPropertyExpression(LanguagePrimitives.ConvertTo<string>(value)), name: null, descending: null),
        };
    }

    /// <summary>The value for one object; null when there is none, or when the script fails.</summary>
    public object? ValueOf(PSObject item) => Expression.GetValues(item).FirstOrDefault(result => result.Exception is null)?.Result;

    private static PropertyColumn FromTable(IDictionary table)
    {
        object? expression = null;
        string? name = null;
        bool? descending = null;
        foreach (DictionaryEntry entry in table)
        {
            var key = LanguagePrimitives.ConvertTo<string>(entry.Key);
            if (IsKey(key, "name") || IsKey(key, "label"))
                name = LanguagePrimitives.ConvertTo<string>(entry.Value);
            else if (IsKey(key, "expression"))
                expression = entry.Value;
            else if (IsKey(key, "descending"))
                descending = LanguagePrimitives.IsTrue(entry.Value);
            else if (IsKey(key, "ascending"))
                descending = !LanguagePrimitives.IsTrue(entry.Value);
            else
                throw new PSArgumentException(
                    $"The key '{key}' is not valid in a calculated property. It takes Name, Expression, Ascending and Descending.");
        }

        if (expression is null)
            throw new PSArgumentException("A calculated property needs the key 'Expression'.");
        return new PropertyColumn(From(expression).Expression, name, descending);
    }

    private static bool IsKey(string key, string name) => key.Length > 0 && name.StartsWith(key, StringComparison.OrdinalIgnoreCase);
}
