using System.Reflection;
using System.Runtime.Loader;

namespace BlueGreen.Host.Running;

/// <summary>
/// The drop-in for zdd.py, loaded with its engine into a context of its own and only when it is asked for: what a script imports must
/// never get these assemblies, which may be of another version than its own.
/// </summary>
internal static class ZddPlugin
{
    public const string Verb = "zdd";

    public static int Run(string[] arguments)
    {
        var path = Path.Combine(AppContext.BaseDirectory, Verb, "BlueGreen.Zdd.dll");
        var command = new Context(path).LoadFromAssemblyPath(path).GetType("BlueGreen.Zdd.ZddCommand", throwOnError: true)!;
        return command.GetMethod("Run")!.CreateDelegate<Func<string[], int>>()(arguments);
    }

    private sealed class Context(string path) : AssemblyLoadContext(Verb)
    {
        private readonly AssemblyDependencyResolver _resolver = new(path);

        protected override Assembly? Load(AssemblyName assemblyName) =>
            _resolver.ResolveAssemblyToPath(assemblyName) is { } found ? LoadFromAssemblyPath(found) : null;
    }
}
