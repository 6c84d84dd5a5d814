using System.Globalization;
using System.Text;

namespace BlueGreen.Simulation;

/// <summary>What happened, a line each: when, who, what. Kept only where somebody will read it.</summary>
internal sealed class Trace(World world, bool isKept)
{
    private readonly StringBuilder _text = new();

    public bool IsKept => isKept;

    public void Say(string who, string what)
    {
        if (isKept) _text.Append(CultureInfo.InvariantCulture, $"{world.Now.TotalSeconds,8:0.000}  {who,-9} {what}\n");
    }

    public void Say(string who, [System.Runtime.CompilerServices.InterpolatedStringHandlerArgument("")] Line line)
    {
        if (isKept) Say(who, line.ToString());
    }

    public override string ToString() => _text.ToString();

    /// <summary>A text that is only put together where it is kept.</summary>
    [System.Runtime.CompilerServices.InterpolatedStringHandler]
    internal readonly struct Line
    {
        private readonly StringBuilder? _text;

        public Line(int literals, int holes, Trace trace, out bool isWanted)
        {
            isWanted = trace.IsKept;
            _text = isWanted ? new StringBuilder(literals + (holes * 8)) : null;
        }

        public void AppendLiteral(string text) => _text!.Append(text);

        public void AppendFormatted<T>(T value, string? format = null) =>
            _text!.Append(value is IFormattable formattable ? formattable.ToString(format, CultureInfo.InvariantCulture) : value?.ToString());

        public override string ToString() => _text?.ToString() ?? "";
    }
}
