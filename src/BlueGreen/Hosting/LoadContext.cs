using System.Reflection;

namespace BlueGreen.Hosting;

/// <summary>
/// <c>System.Runtime.Loader.AssemblyLoadContext</c>, which netstandard2.0 does not know and .NET Framework does not have.
/// </summary>
internal sealed class LoadContext
{
    private static readonly Type? ContextType = Type.GetType("System.Runtime.Loader.AssemblyLoadContext, System.Runtime.Loader");

    private readonly Func<string, Assembly> _loadFromPath;

    private LoadContext(object context) =>
        _loadFromPath = (Func<string, Assembly>)Delegate.CreateDelegate(
            typeof(Func<string, Assembly>), context, ContextType!.GetMethod("LoadFromAssemblyPath", [typeof(string)])!);

    /// <summary>False on .NET Framework.</summary>
    public static bool IsThere => ContextType is not null;

    /// <summary>A new context that lives as long as the process; null on .NET Framework.</summary>
    public static LoadContext? TryCreate(string name) =>
        ContextType is null ? null : new LoadContext(Activator.CreateInstance(ContextType, name, false)!);

    /// <summary>Asked for an assembly that the default context does not find.</summary>
    public static void OnDefaultResolving(Func<AssemblyName, Assembly?> resolve)
    {
        var defaultContext = ContextType!.GetProperty("Default")!.GetValue(null);
        var resolving = ContextType.GetEvent("Resolving")!;
        Func<object, AssemblyName, Assembly?> handler = (_, name) => resolve(name);
        // A delegate that takes any object fits where one for the context's type is wanted.
        resolving.AddEventHandler(
            defaultContext, Delegate.CreateDelegate(resolving.EventHandlerType!, handler.Target, handler.Method));
    }

    /// <summary>Loads a file, or gives what was loaded from it before.</summary>
    public Assembly Load(string path) => _loadFromPath(path);
}
