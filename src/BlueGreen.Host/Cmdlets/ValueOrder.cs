namespace BlueGreen.Host.Cmdlets;

/// <summary>PowerShell's order of values; what cannot be compared is compared as text.</summary>
internal static class ValueOrder
{
    public static int Compare(object? one, object? other, bool caseSensitive)
    {
        if (LanguagePrimitives.TryCompare(one, other, !caseSensitive, out var order))
            return order;
        var comparer = caseSensitive ? StringComparer.CurrentCulture : StringComparer.CurrentCultureIgnoreCase;
        return comparer.Compare(one?.ToString(), other?.ToString());
    }
}
