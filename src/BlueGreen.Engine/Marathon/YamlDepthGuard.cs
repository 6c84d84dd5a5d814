using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace BlueGreen.Engine.Marathon;

/// <summary>Ends the reading of a text that is nested too deeply, before the tree that is built from it fills the stack.</summary>
internal sealed class YamlDepthGuard(IParser inner, int maxDepth) : IParser
{
    private int _depth;

    public ParsingEvent? Current => inner.Current;

    public bool MoveNext()
    {
        if (!inner.MoveNext()) return false;
        _depth += inner.Current?.NestingIncrease ?? 0;
        return _depth <= maxDepth ? true : throw new YamlException(inner.Current!.Start, inner.Current.End, "it is nested too deeply");
    }
}
