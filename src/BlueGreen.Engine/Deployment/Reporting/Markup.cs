using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace BlueGreen.Engine.Deployment.Reporting;

/// <summary>Makes elements whose text can hold anything: it is encoded, and what no page may contain is replaced.</summary>
internal static class Markup
{
    public static XElement Html(string name, params object?[] content) => Element(name, content);

    public static XElement Svg(string name, params object?[] content) => Element((XNamespace)"http://www.w3.org/2000/svg" + name, content);

    public static XAttribute Class(string value) => new("class", value);

    public static XAttribute At(string name, double value) => new(name, Number(value));

    public static string Number(double value) => Math.Round(value, 2).ToString(CultureInfo.InvariantCulture);

    public static string Clock(DateTimeOffset time) => time.UtcDateTime.ToString("HH:mm:ss.f", CultureInfo.InvariantCulture);

    public static string Span(TimeSpan span) => span.TotalSeconds < 90
        ? $"{span.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)} s"
        : $"{(int)span.TotalMinutes} min {span.Seconds:00} s";

    private static XElement Element(XName name, object?[] content)
    {
        // An element without content would be written as one that HTML takes for open.
        var element = new XElement(name, content.Length == 0 ? [""] : [.. content.Select(c => c is string text ? Clean(text) : c)]);
        foreach (var attribute in element.Attributes()) attribute.Value = Clean(attribute.Value);
        return element;
    }

    /// <summary>Control characters and halves of characters may come from anywhere, a task's last words for one.</summary>
    private static string Clean(string text)
    {
        var clean = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (i + 1 < text.Length && XmlConvert.IsXmlSurrogatePair(text[i + 1], text[i])) clean.Append(text[i]).Append(text[++i]);
            else clean.Append(XmlConvert.IsXmlChar(text[i]) ? text[i] : '\uFFFD');
        }

        return clean.ToString();
    }
}
