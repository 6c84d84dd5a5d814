using System.Globalization;
using System.Numerics;

namespace BlueGreen.Zdd.CommandLine;

/// <summary>A command line that cannot be followed; the message is what argparse says.</summary>
internal sealed class UsageException(string message) : Exception(message);

/// <summary>
/// Reads a command line by the rules of Python's argparse, which scripts around zdd.py rely on: an unambiguous beginning stands for a
/// long option, values may be joined with <c>=</c> or directly to a short option, and short flags may be joined. Source: the
/// documentation of argparse, Python 3.11.
/// </summary>
internal sealed class ArgumentParser(IReadOnlyList<Option> options)
{
    private readonly Dictionary<string, Option> _byName =
        options.SelectMany(option => option.Names.Select(name => (name, option)))
            .ToDictionary(pair => pair.name, pair => pair.option, StringComparer.Ordinal);

    /// <summary>The values by the options' keys; flags have an empty text. Reading ends at help.</summary>
    /// <exception cref="UsageException">The command line cannot be followed.</exception>
    public IReadOnlyDictionary<string, string> Parse(IReadOnlyList<string> arguments)
    {
        // All words are told apart before any is acted on: an ambiguous one is an error even behind --help.
        var end = arguments.ToList().IndexOf("--");
        var words = arguments.Select((text, index) => end >= 0 && index >= end ? new Word(text, null, null, IsOption: false) : Read(text)).ToList();
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        var unknown = new List<string>();
        for (var i = 0; i < words.Count; i++)
        {
            var (text, option, joined, _) = words[i];
            if (option is null)
            {
                if (i != end) unknown.Add(text);
                continue;
            }

            if (joined is not null && !option.TakesValue) (option, joined) = Split(text, option, joined, values);
            if (!option.TakesValue)
            {
                values[option.Key] = "";
                if (option.Key == "help") return values;
                continue;
            }

            if (joined is null && (i + 1 >= words.Count || words[i + 1].IsOption || i + 1 == end))
            {
                throw new UsageException($"argument {option.Title}: expected one argument");
            }

            values[option.Key] = Checked(option, joined ?? words[++i].Text);
        }

        return unknown.Count == 0 ? values : throw new UsageException($"unrecognized arguments: {string.Join(' ', unknown)}");
    }

    private Word Read(string text)
    {
        if (text.Length < 2 || text[0] != '-') return new Word(text, null, null, IsOption: false);
        if (_byName.TryGetValue(text, out var exact)) return new Word(text, exact, null, IsOption: true);
        var (name, joined) = text.IndexOf('=', StringComparison.Ordinal) is var at and > 0 ? (text[..at], text[(at + 1)..]) : (text, null);
        if (joined is not null && _byName.TryGetValue(name, out exact)) return new Word(text, exact, joined, IsOption: true);
        if (text[1] != '-')
        {
            if (_byName.TryGetValue(text[..2], out var @short)) return new Word(text, @short, text[2..], IsOption: true);
        }
        else
        {
            var matches = options.Where(option => !option.IsOwn)
                .SelectMany(option => option.Names.Where(n => n.StartsWith(name, StringComparison.Ordinal)).Select(n => (Name: n, Option: option)))
                .ToList();
            if (matches.Count > 1)
            {
                throw new UsageException($"ambiguous option: {text} could match {string.Join(", ", matches.Select(match => match.Name))}");
            }

            if (matches.Count == 1) return new Word(text, matches[0].Option, joined, IsOption: true);
        }

        // A negative number, or something with a space, is a value.
        const NumberStyles number = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;
        var isValue = text.Contains(' ') || decimal.TryParse(text, number, CultureInfo.InvariantCulture, out _);
        return new Word(text, null, null, IsOption: !isValue);
    }

    /// <summary>Takes joined short flags apart, up to one with a value; gives the last.</summary>
    private (Option Option, string? Joined) Split(string text, Option option, string joined, Dictionary<string, string> values)
    {
        var isShort = text[1] != '-';
        while (true)
        {
            if (!isShort || joined.Length == 0 || !_byName.TryGetValue($"-{joined[0]}", out var next))
            {
                throw new UsageException($"argument {option.Title}: ignored explicit argument {Quoted(joined)}");
            }

            values[option.Key] = "";
            (option, var rest) = (next, joined[1..]);
            if (rest.Length == 0) return (option, null);
            if (option.TakesValue) return (option, rest);
            joined = rest;
        }
    }

    private static string Checked(Option option, string value)
    {
        if (!option.IsNumber) return value;
        var plain = value.Trim();
        return BigInteger.TryParse(plain, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? BigInteger.Clamp(number, int.MinValue, int.MaxValue).ToString(CultureInfo.InvariantCulture)
            : throw new UsageException($"argument {option.Title}: invalid int value: {Quoted(value)}");
    }

    /// <summary>As Python's <c>repr</c> shows a text.</summary>
    private static string Quoted(string text)
    {
        var quote = text.Contains('\'') && !text.Contains('"') ? '"' : '\'';
        return quote + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace($"{quote}", $"\\{quote}", StringComparison.Ordinal) + quote;
    }

    private readonly record struct Word(string Text, Option? Option, string? Joined, bool IsOption);
}
