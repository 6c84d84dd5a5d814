using System.Text;
using BlueGreen.Lab.LoadBalancer.Model;

namespace BlueGreen.Lab.LoadBalancer.Config;

/// <summary>Fills templates in marathon-lb's syntax: <c>{name}</c> is a field, <c>{{</c> and <c>}}</c> are braces.</summary>
internal static class TemplateText
{
    /// <exception cref="AppListException">The template names an unknown field or its braces do not match.</exception>
    public static string Fill(string template, IReadOnlyDictionary<string, string> fields)
    {
        var text = new StringBuilder(template.Length + 32);
        for (var i = 0; i < template.Length; i++)
        {
            var c = template[i];
            var doubled = i + 1 < template.Length && template[i + 1] == c;
            if (c is '{' or '}' && doubled)
            {
                text.Append(c);
                i++;
            }
            else if (c == '{')
            {
                var end = template.IndexOf('}', i);
                if (end < 0)
                    throw new AppListException($"A template has a '{{' without its '}}': {template}");
                var name = template[(i + 1)..end];
                text.Append(fields.TryGetValue(name, out var value)
                    ? value
                    : throw new AppListException($"A template names the unknown field '{{{name}}}': {template}"));
                i = end;
            }
            else if (c == '}')
            {
                throw new AppListException($"A template has a '}}' without its '{{': {template}");
            }
            else
            {
                text.Append(c);
            }
        }

        return text.ToString();
    }
}
