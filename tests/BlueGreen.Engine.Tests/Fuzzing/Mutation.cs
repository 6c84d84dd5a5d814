using System.Text;
using CsCheck;
using Newtonsoft.Json.Linq;

namespace BlueGreen.Engine.Tests.Fuzzing;

/// <summary>One change of a text or of a JSON value. <paramref name="At"/> and <paramref name="Length"/> are shares of the whole.</summary>
internal sealed record Mutation(int Kind, double At, double Length, string Piece)
{
    /// <summary>What a broken sender, a cut connection or a slip of the hand puts in.</summary>
    private static readonly string[] Pieces =
    [
        "", " ", "\0", "\t", "\n", "\r\n", ",", ":", "\"", "'", "{", "}", "[", "]", "#", "- ", "&a", "*a", "<html>", "null", "true", "0", "-1", "65536", "2147483648",
        "9999999999999999999999", "1e999", "NaN", "\uFEFF", "\uD800", "ü→🦑", "٣", "DOWN", "MAINT", "data: ", "\u2028",
    ];

    private static readonly Func<JToken>[] Values =
    [
        () => JValue.CreateNull(), () => new JValue(true), () => new JValue(-1), () => new JValue(0), () => new JValue(long.MaxValue), () => new JValue(decimal.MaxValue), () => new JValue(1.5m),
        () => new JValue(""), () => new JValue("7"), () => new JValue("ü→🦑"), () => new JValue(new string('x', 5000)), () => new JArray(), () => new JObject(),
        () => new JArray(JValue.CreateNull(), new JValue(1), new JObject()), () => new JObject { ["id"] = new JArray() }, () => new JArray(new JArray(new JArray())),
    ];

    /// <summary>One to four of them, one after the other.</summary>
    public static Gen<Mutation[]> Some { get; } = Gen.Select(Gen.Int[0, 5], Gen.Double[0, 1], Gen.Double[0, 0.1], Gen.OneOf(Pieces.Select(Gen.Const).ToArray()))
        .Select((kind, at, length, piece) => new Mutation(kind, at, length, piece)).Array[1, 4];

    public string Apply(string text)
    {
        var (at, length) = ((int)(At * text.Length), (int)(Length * text.Length) + 1);
        var end = Math.Min(text.Length, at + length);
        return Kind switch
        {
            0 => text.Insert(at, Piece),
            1 => text[..at],
            2 => text[..at] + Piece + text[end..],
            3 => text[..end] + text[at..],
            4 => SwapLines(text, at),
            _ => text[..at] + text[end..],
        };
    }

    /// <summary>Changes one value somewhere in the tree, and gives the root, which may be that value.</summary>
    public JToken Apply(JToken root)
    {
        var all = root is JContainer container ? container.DescendantsAndSelf().Where(token => token is not JProperty).ToList() : [root];
        var token = all[Math.Min(all.Count - 1, (int)(At * all.Count))];
        switch (Kind)
        {
            case 0 when token.Parent is JProperty property:
                property.Remove();
                return root;
            case 1 when token.Parent is JArray array:
                array.Add(token.DeepClone());
                return root;
            case 2 when token.Parent is JArray array:
                array.Remove(token);
                return root;
            default:
                var value = Kind == 3 ? new JArray(token.DeepClone()) : Values[(int)(Length * 10 * (Values.Length - 1))]();
                if (token.Parent is null) return value;
                token.Replace(value);
                return root;
        }
    }

    private static string SwapLines(string text, int at)
    {
        var lines = text.Split('\n');
        var index = Math.Max(1, text[..at].Count(c => c == '\n')) % lines.Length;
        (lines[0], lines[index]) = (lines[index], lines[0]);
        return string.Join('\n', lines);
    }
}

internal static class Mutations
{
    public static string Apply(this Mutation[] mutations, string text) => mutations.Aggregate(text, (changed, mutation) => mutation.Apply(changed));

    public static JToken Apply(this Mutation[] mutations, JToken json) => mutations.Aggregate(json.DeepClone(), (changed, mutation) => mutation.Apply(changed));

    /// <summary>A text as bytes, with what no text has between them.</summary>
    public static byte[] Bytes(this Mutation[] mutations, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(mutations.Apply(text)).ToList();
        foreach (var mutation in mutations.Where(m => m.Kind == 2)) bytes.Insert((int)(mutation.At * bytes.Count), 0xFF);
        return [.. bytes];
    }
}
