using System.Collections;
using BlueGreen.Engine.Marathon;
using BlueGreen.Hosting;

namespace BlueGreen.Marathon;

/// <summary>App definitions as the user gives them.</summary>
internal static class DefinitionSource
{
    /// <summary>Of a hash table.</summary>
    public static AppDefinition From(IDictionary definition) => AppDefinition.FromDictionary(PlainValues.Of(definition));
}
