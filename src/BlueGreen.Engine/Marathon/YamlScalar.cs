using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;
using Newtonsoft.Json.Linq;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace BlueGreen.Engine.Marathon;

/// <summary>What a scalar means in YAML 1.2's core schema (source: yaml.org/spec/1.2.2, 10.3.2): <c>no</c> and <c>on</c> are text.</summary>
internal static class YamlScalar
{
    private const string Prefix = "tag:yaml.org,2002:";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly Regex Whole = new("^[-+]?[0-9]+$", RegexOptions.CultureInvariant, Patience);
    private static readonly Regex Octal = new("^0o[0-7]+$", RegexOptions.CultureInvariant, Patience);
    private static readonly Regex Hex = new("^0x[0-9a-fA-F]+$", RegexOptions.CultureInvariant, Patience);
    private static readonly Regex Fraction = new(@"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$", RegexOptions.CultureInvariant, Patience);
    private static readonly Regex NotFinite = new(@"^([-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))$", RegexOptions.CultureInvariant, Patience);

    public static JValue ToJson(YamlScalarNode node, string source)
    {
        var text = node.Value ?? "";
        var tag = node.Tag.IsEmpty ? "" : node.Tag.Value;
        // Quoted text is text, and so is what is tagged as such.
        var isQuoted = tag.Length == 0 && node.Style is not (ScalarStyle.Plain or ScalarStyle.Any);
        if (isQuoted || tag is Prefix + "str" or "!") return new JValue(text);
        if (tag.Length > 0 && tag is not (Prefix + "int" or Prefix + "float" or Prefix + "bool" or Prefix + "null"))
        {
            throw DefinitionYaml.At(node, source, $"the tag {tag} has no meaning in an app definition");
        }

        return Plain(text, node, source);
    }

    private static JValue Plain(string text, YamlScalarNode node, string source)
    {
        switch (text)
        {
            case "" or "~" or "null" or "Null" or "NULL":
                return JValue.CreateNull();
            case "true" or "True" or "TRUE":
                return new JValue(true);
            case "false" or "False" or "FALSE":
                return new JValue(false);
        }

        if (Whole.IsMatch(text)) return Integer(BigInteger.Parse(text, CultureInfo.InvariantCulture));
        if (Octal.IsMatch(text)) return Integer(text.Skip(2).Aggregate(BigInteger.Zero, (sum, c) => (sum * 8) + (c - '0')));
        // A leading zero keeps the first digit from being read as a sign.
        if (Hex.IsMatch(text))
        {
            return Integer(BigInteger.Parse("0" + text.Substring(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
        }

        if (NotFinite.IsMatch(text)) throw DefinitionYaml.At(node, source, $"JSON has no number {text}");
        if (!Fraction.IsMatch(text)) return new JValue(text);
        return decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? new JValue(number)
            : throw DefinitionYaml.At(node, source, $"the number {text} is too large");
    }

    private static JValue Integer(BigInteger number) =>
        number >= long.MinValue && number <= long.MaxValue ? new JValue((long)number) : new JValue(number);
}
