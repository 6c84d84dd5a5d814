using System.Globalization;

namespace BlueGreen.Lab.Demo;

/// <summary>A command line that cannot be understood; the message says what is wrong.</summary>
internal sealed class CommandLineException(string message) : Exception(message);

/// <summary>Reads <c>--name value</c> and <c>--flag</c> arguments.</summary>
internal static class CommandLine
{
    /// <summary>Name and value of each option in its order; a flag's value is empty.</summary>
    /// <exception cref="CommandLineException">An argument is no option, or lacks its value.</exception>
    public static IEnumerable<(string Name, string Value)> Read(string[] args, string[] flags)
    {
        for (var i = 0; i < args.Length; i++)
        {
            var name = args[i];
            if (!name.StartsWith("--", StringComparison.Ordinal))
                throw new CommandLineException($"Unexpected argument '{name}'.");
            if (flags.Contains(name))
                yield return (name, "");
            else if (++i < args.Length)
                yield return (name, args[i]);
            else
                throw new CommandLineException($"Option '{name}' needs a value.");
        }
    }

    public static int Number(string name, string value, int min, int max) =>
        int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max
            ? number
            : throw new CommandLineException($"Option '{name}' needs a whole number from {min} to {max}, not '{value}'.");

    public static double Fraction(string name, string value, double min, double max) =>
        double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max
            ? number
            : throw new CommandLineException(string.Create(
                CultureInfo.InvariantCulture, $"Option '{name}' needs a number from {min} to {max}, not '{value}'."));
}
