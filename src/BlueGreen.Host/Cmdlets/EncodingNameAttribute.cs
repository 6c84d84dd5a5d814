using System.Text;

namespace BlueGreen.Host.Cmdlets;

/// <summary>Lets an encoding be given by pwsh's names for it, by its web name or by its code page.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class EncodingNameAttribute : ArgumentTransformationAttribute
{
    internal static readonly Encoding Utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);

    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) => inputData switch
    {
        string name => Named(name),
        int codePage => Encoding.GetEncoding(codePage),
        _ => inputData,
    };

    private static Encoding Named(string name) => name.ToUpperInvariant() switch
    {
        "UTF8" or "UTF8NOBOM" or "DEFAULT" => Utf8,
        "UTF8BOM" => new UTF8Encoding(encoderShouldEmitUTF8Identifier: true),
        "UNICODE" => Encoding.Unicode,
        "BIGENDIANUNICODE" => Encoding.BigEndianUnicode,
        "UTF32" => Encoding.UTF32,
        "ASCII" => Encoding.ASCII,
        _ => Encoding.GetEncoding(name),
    };
}
