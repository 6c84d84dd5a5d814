using System.Reflection;
using System.Runtime.InteropServices;

namespace BlueGreen.Hosting;

/// <summary>
/// Finds the engine and what it depends on, and keeps them apart from the same libraries of other modules and of PowerShell itself:
/// YamlDotNet and Newtonsoft.Json are in many modules, in many versions.
/// </summary>
/// <remarks>
/// <para>
/// On PowerShell 7 the engine and its dependencies live in a load context of their own. A context is asked first for what it holds
/// already, then the default one, and only then its resolvers: so the dependencies are loaded at once, before a newer version of
/// another module could answer for them. The cmdlets' assembly is in the default context and gets the engine by
/// <c>AssemblyLoadContext.Default.Resolving</c>, since the handler of <see cref="Assembly.LoadFrom(string)"/>, which looks beside the
/// requesting assembly, comes later and would load a second engine into the default context.
/// </para>
/// <para>On .NET Framework there is one context; <see cref="Assembly.LoadFrom(string)"/> tells versions apart there.</para>
/// <para>
/// Where the module brings them compiled ahead of time for the machine that it runs on, those are loaded: a session's first commands then
/// take two thirds of the time.
/// </para>
/// </remarks>
internal static class OwnAssemblies
{
    private const string EngineName = "BlueGreen.Engine";

    /// <summary>
    /// What .NET itself brings, and what passes between the cmdlets and the engine: there must be one of each. Others that .NET
    /// brings in newer versions only (such as System.Threading.Channels) are the module's own, so that they fit each other.
    /// </summary>
    private static readonly HashSet<string> Shared = new(StringComparer.OrdinalIgnoreCase)
    {
        "System.Buffers", "System.Collections.Immutable", "System.ComponentModel.Annotations", "System.Memory",
        "System.Numerics.Vectors", "System.Runtime.CompilerServices.Unsafe", "System.Threading.Tasks.Extensions",
    };

    private static readonly Assembly Cmdlets = typeof(OwnAssemblies).Assembly;
    private static readonly string Folder = Path.GetDirectoryName(Cmdlets.Location)!;
    private static readonly string EngineFolder = AheadOfTime() ?? Folder;
    private static readonly string Dependencies = EngineFolder == Folder ? Path.Combine(Folder, "Dependencies") : EngineFolder;
    private static readonly object Gate = new();
    private static LoadContext? _context;
    private static bool _registered;

    /// <summary>Once a process: assemblies stay loaded when the module is removed.</summary>
    public static void Register()
    {
        lock (Gate)
        {
            if (_registered) return;
            _registered = true;
        }

        _context = LoadContext.TryCreate("BlueGreen");
        AppDomain.CurrentDomain.AssemblyResolve += (_, request) => Resolve(request);
        if (_context is null) return;

        var engine = _context.Load(Path.Combine(EngineFolder, EngineName + ".dll"));
        foreach (var path in Directory.GetFiles(Dependencies, "*.dll"))
        {
            if (!Shared.Contains(Path.GetFileNameWithoutExtension(path))) _context.Load(path);
        }

        LoadContext.OnDefaultResolving(name => IsEngine(name, engine) ? engine : null);
        BindSharedNow();
    }

    /// <summary>The folder of what was compiled ahead of time for this machine; null when there is none, or not for this .NET.</summary>
    private static string? AheadOfTime()
    {
        // Its dependencies are those of .NET 10, and leave out what that brings itself.
        if (!LoadContext.IsThere || Environment.Version.Major < 10) return null;
        var system = RuntimeInformation.IsOSPlatform(OSPlatform.Windows) ? "win" : RuntimeInformation.IsOSPlatform(OSPlatform.Linux) ? "linux" : "osx";
        var folder = Path.Combine(Folder, "net10.0", $"{system}-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}");
        return Directory.Exists(folder) ? folder : null;
    }

    /// <summary>
    /// The cmdlets' references are bound before another module can come in between: the engine then finds what they found.
    /// </summary>
    private static void BindSharedNow()
    {
        foreach (var reference in Cmdlets.GetReferencedAssemblies().Where(r => Shared.Contains(r.Name ?? ""))) Assembly.Load(reference);
    }

    private static bool IsEngine(AssemblyName name, Assembly engine) =>
        name.Name == EngineName && (name.Version is null || name.Version == engine.GetName().Version);

    /// <summary>Answers for requests of the module's own assemblies only.</summary>
    private static Assembly? Resolve(ResolveEventArgs request)
    {
        if (request.RequestingAssembly is not { } asking || !IsOwn(asking)) return null;
        var wanted = new AssemblyName(request.Name);
        var path = Path.Combine(Dependencies, wanted.Name + ".dll");
        if (!File.Exists(path)) return null;
        return _context is null ? Assembly.LoadFrom(path) : _context.Load(path);
    }

    private static bool IsOwn(Assembly assembly) =>
        assembly == Cmdlets
        || (!assembly.IsDynamic && assembly.Location.StartsWith(Folder + Path.DirectorySeparatorChar, StringComparison.OrdinalIgnoreCase));
}
