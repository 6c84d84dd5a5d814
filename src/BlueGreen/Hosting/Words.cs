namespace BlueGreen.Hosting;

/// <summary>Small words of English.</summary>
internal static class Words
{
    /// <summary>Such as <c>1 instance</c>, <c>2 instances</c>.</summary>
    public static string Count(int number, string noun) => number == 1 ? $"1 {noun}" : $"{number} {noun}s";
}
